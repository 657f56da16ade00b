# make help says what each target does.
.PHONY: help test build
help:
	@echo "make build   build ./weft"
	@echo "make test    run the tests"
build:
	go build -o weft ./cmd/weft
test:
	go vet ./...
	go test -timeout 15m ./...
