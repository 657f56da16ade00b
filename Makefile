# make demo     a video encoded in parallel on four nodes, with the dashboard
# make test     all tests; installs what they need
# make check    what a change must pass: format, lint, race, determinism
# make bench    the engine's own cost beside a commit and a process; placements
# make help     the rest

GO ?= go
# Go fetches the toolchain that go.mod asks for when it is older than that.
export GOTOOLCHAIN ?= auto
export PATH := $(CURDIR)/.tools/bin:$(PATH)

.PHONY: help demo test check fuzz bench bench-excamera generate build web lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the binary ./weft, with the dashboard inside, and what the example workflows call
	@scripts/need go
	@$(MAKE) --no-print-directory web
	$(GO) build -o weft ./cmd/weft
	$(GO) build -o .tools/bin/excamera ./workflows/excamera/cmd/excamera

web: ## the dashboard; without Node the server shows plain pages
	@scripts/need go
	@scripts/web

demo: build ## encode a clip; VIDEO=file for your own
	@scripts/demo

test: web ## all tests
	@scripts/need go video chromium postgres strace iproute2 versitygw
	@scripts/test

check: lint ## format, lint, race, more simulation, determinism
	@scripts/need workflowcheck
	@scripts/check

lint: ## format and lint
	@scripts/need go golangci-lint
	golangci-lint fmt --diff
	golangci-lint run ./...

bench-excamera: ## what it costs and saves to encode a video in parallel
	@scripts/need go video versitygw
	cd bench && $(GO) run ./excamera
	$(GO) test ./workflows/excamera/vp8 -run '^$$' -bench .

fuzz: ## every fuzz target for FUZZ_TIME (5m)
	@scripts/need go
	@scripts/fuzz

bench: ## what a step costs, and what each placement moves
	@scripts/need go video postgres versitygw
	cd bench && $(GO) run ./cost && $(GO) run ./items && $(GO) run ./placement

bench-placement: ## Weft's plans of real workflows beside other schedulers'
	@scripts/need go
	cd bench && $(GO) run ./yardstick
	$(GO) test -run - -bench Make ./planner/schedule

generate: ## regenerate what is generated; git diff shows what changed
	@scripts/need go
	$(GO) generate ./...

clean: ## remove what was built and the demo's data; .tools stays
	rm -rf weft .weft web/node_modules
	find web/dist -mindepth 1 -not -name .keep -delete 2>/dev/null || true
