package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"example.org/weft/server/api"
)

// The ids of children have dots, items and visits in them, and nothing that
// could lead out of a path.
func TestRunIDsOfChildrenAndNothingElse(t *testing.T) {
	t.Parallel()
	field, _ := reflect.TypeFor[api.RunPath]().FieldByName("ID")
	if got := field.Tag.Get("pattern"); got != api.RunIDPattern {
		t.Errorf("the routes take %s, pages %s", got, api.RunIDPattern)
	}
	run := "run_" + strings.Repeat("a", 26)
	good := []string{run, run + ".a", run + ".a.2", run + ".a[3]", run + ".a#2", run + ".a[3]#2.4", run + ".a.b_c[10].2.Z"}
	bad := []string{
		"", "run_x", run + ".", run + "..", run + ".a.", run + ".a..b", run + "/a", run + ".a/../b", run + ".a[", run + ".a[x]", run + ".a[-1]",
		run + ".a[3", run + ".a#", run + ".a#x", run + ".2", run + ".a.2.2", run + ".a\x00", run + ".a\n", run + ".a ", run + ".a%2e", run + "." + strings.Repeat("a", 65),
		run + strings.Repeat(".a", 600), "../" + run, strings.ToUpper(run),
	}
	for _, id := range good {
		if got, err := runIDIn(id); err != nil || got != id {
			t.Errorf("%q is %q: %v", id, got, err)
		}
	}
	for _, id := range bad {
		if got, err := runIDIn(id); err == nil {
			t.Errorf("%q is taken for a run: %q", id, got)
		}
	}
}

// runIDIn returns the run that a page of that id is of.
func runIDIn(id string) (string, error) {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/plain/runs/"+url.PathEscape(id), nil)
	match := chi.NewRouteContext()
	match.URLParams.Add("id", r.URL.Path[len("/plain/runs/"):])
	got, err := runIDOf(r.WithContext(context.WithValue(r.Context(), chi.RouteCtxKey, match)))
	return string(got), err
}

func TestAWorkflowPinsThoseThatItRuns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	child := "version: 1\nname: child\ninputs: { n: int }\nsteps: { a: { builtin: noop } }\noutputs: { n: \"${{ inputs.n }}\" }\n"
	parent := "version: 1\nname: parent\nsteps:\n  a: { workflow: %s, with: { n: 1 } }\n"
	put := func(query, body string) (w api.Workflow) {
		b.want(http.StatusOK, &w, http.MethodPost, "/api/v1/workflows"+query, body)
		return w
	}
	part := put("?part=true", child)
	b.want(http.StatusNotFound, &api.Problem{}, http.MethodGet, "/api/v1/workflows/child", "")
	kept := put("?pin="+url.QueryEscape("./child.yaml="+part.Version), fmt.Sprintf(parent, "./child.yaml"))
	if want := (api.Pin{As: "./child.yaml", Workflow: "child", Version: part.Version}); len(kept.Pins) != 1 || kept.Pins[0] != want {
		t.Errorf("the pins are %+v", kept.Pins)
	}
	put("", child)
	if named := put("", fmt.Sprintf(parent, "child@latest")); named.Version == kept.Version || named.Pins[0].Version != part.Version {
		t.Errorf("by its name it is %+v", named)
	}
	for query, want := range map[string]string{
		"": "the server has no file ./child.yaml: it must be sent first and pinned",
		"?pin=" + url.QueryEscape("./child.yaml=sha256:no"): "pinned to a version that the server does not have: sha256:no",
		"?pin=./other.yaml": "the server has no file ./child.yaml",
	} {
		var problem api.Problem
		b.want(http.StatusUnprocessableEntity, &problem, http.MethodPost, "/api/v1/workflows"+query, fmt.Sprintf(parent, "./child.yaml"))
		if len(problem.Errors) != 1 || !strings.Contains(problem.Errors[0].Message, want) || problem.Errors[0].Location != "workflow.yaml:4:18" {
			t.Errorf("%s: %+v", query, problem)
		}
	}
}
