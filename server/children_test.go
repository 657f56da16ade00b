package server

import (
	"context"
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
