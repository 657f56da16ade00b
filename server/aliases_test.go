package server

import (
	"net/http"
	"strings"
	"testing"

	"example.org/weft/server/api"
)

// Runs start by an alias, and keep the version that it stood for.
func TestAnAliasStandsForAVersion(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const source = "version: 1\nname: hello\nsteps:\n  a: { builtin: noop }\n"
	var old, next api.Workflow
	b.want(http.StatusOK, &old, http.MethodPost, "/api/v1/workflows", source)
	b.want(http.StatusOK, &next, http.MethodPost, "/api/v1/workflows", strings.Replace(source, "a:", "b:", 1))

	const alias, runs = "/api/v1/workflows/hello/aliases/prod", "/api/v1/workflows/hello/runs"
	b.want(http.StatusNotFound, nil, http.MethodPost, runs, `{"version": "prod"}`, jsonBody)
	b.want(http.StatusOK, nil, http.MethodPut, alias, `{"version": "`+old.Version+`"}`, jsonBody)
	var first, second, latest api.Run
	b.want(http.StatusCreated, &first, http.MethodPost, runs, `{"version": "prod"}`, jsonBody)
	b.want(http.StatusOK, nil, http.MethodPut, alias, `{"version": "latest"}`, jsonBody)
	b.want(http.StatusCreated, &second, http.MethodPost, runs, `{"version": "prod"}`, jsonBody)
	b.want(http.StatusCreated, &latest, http.MethodPost, runs, `{}`, jsonBody)
	if first.Version != old.Version || second.Version != next.Version || latest.Version != next.Version {
		t.Errorf("the runs are of %s, %s and %s", first.Version, second.Version, latest.Version)
	}

	var list api.AliasList
	b.want(http.StatusOK, &list, http.MethodGet, "/api/v1/workflows/hello/aliases", "")
	var named api.Workflow
	b.want(http.StatusOK, &named, http.MethodGet, "/api/v1/workflows/hello/versions/prod", "")
	if len(list.Aliases) != 1 || list.Aliases[0].Version != next.Version || strings.Join(named.Aliases, " ") != "prod" {
		t.Errorf("aliases %+v, of the version %v", list, named.Aliases)
	}

	b.want(http.StatusNoContent, nil, http.MethodDelete, alias, "")
	b.want(http.StatusNotFound, nil, http.MethodDelete, alias, "")
	b.want(http.StatusNotFound, nil, http.MethodPost, runs, `{"version": "prod"}`, jsonBody)
}

func TestAnAliasIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", "version: 1\nname: hello\nsteps:\n  a: { builtin: noop }\n")
	for _, tt := range []struct {
		alias, version string
		status         int
	}{
		{"latest", "latest", http.StatusUnprocessableEntity},
		{"Prod", "latest", http.StatusUnprocessableEntity},
		{"prod", "sha256:none", http.StatusNotFound},
		{"prod", "other", http.StatusNotFound},
	} {
		b.want(tt.status, nil, http.MethodPut, "/api/v1/workflows/hello/aliases/"+tt.alias, `{"version": "`+tt.version+`"}`, jsonBody)
	}
	b.want(http.StatusNotFound, nil, http.MethodPut, "/api/v1/workflows/none/aliases/prod", `{"version": "latest"}`, jsonBody)
}
