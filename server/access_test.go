package server

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"example.org/weft/server/api"
)

func withToken(c *Config) { c.Token, c.Open = testToken, false }

// filled replaces the parameters of a route by values that are well formed.
func filled(route string) string {
	route = strings.ReplaceAll(route, "/runs/{id}", "/runs/run_"+strings.Repeat("a", 26))
	route = strings.ReplaceAll(route, "/objects/{id}", "/objects/obj_"+strings.Repeat("a", 26))
	return regexp.MustCompile(`\{\w+\}`).ReplaceAllString(route, "x")
}

func TestEveryRouteDeniesWithoutToken(t *testing.T) {
	t.Parallel()
	b := newBench(t, withToken)
	seen := 0
	err := chi.Walk(b.server.router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		seen++
		path := filled(route)
		open := route == "/healthz" || route == "/readyz" || route == "/login" || route == "/assets/plain.css" || strings.HasPrefix(route, "/api/v1/callbacks/{token}/")
		for _, accept := range []string{"application/json", "text/event-stream"} {
			res := b.do(method, path, "", "Accept: "+accept)
			if denied := res.StatusCode == http.StatusUnauthorized; denied == open && method+route != "POST/login" {
				t.Errorf("%s %s as %s: status %d", method, route, accept, res.StatusCode)
			}
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Fatalf("walked %d routes: %v", seen, err)
	}
}

func TestNearlyOpenPathsDeny(t *testing.T) {
	t.Parallel()
	b := newBench(t, withToken)
	for _, path := range []string{
		"/api/v1/runs/healthz", "/api/v1/runs?x=/healthz", "/api/v1/runs/%2e%2e/%2e%2e/healthz",
		"/healthz/", "/healthz/x", "//healthz", "/healthz%2f", "/HEALTHZ", "/readyz;x", "/login/x", "/x/login",
	} {
		if res := b.do(http.MethodGet, path, ""); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("GET %s: status %d", path, res.StatusCode)
		}
	}
}

func TestTokenAdmits(t *testing.T) {
	t.Parallel()
	b := newBench(t, withToken)
	b.want(http.StatusOK, nil, http.MethodGet, "/api/v1/runs", "", "Authorization: Bearer "+testToken)
	for _, bad := range []string{"Bearer x", "Bearer ", "Basic " + testToken, testToken, "bearer " + testToken} {
		b.want(http.StatusUnauthorized, nil, http.MethodGet, "/api/v1/runs", "", "Authorization: "+bad)
	}
}

func TestServerWithoutTokenAdmitsNobody(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Open = false })
	for _, header := range []string{"Authorization: Bearer ", "Cookie: weft_session=99999999999.", "Accept: */*"} {
		b.want(http.StatusUnauthorized, nil, http.MethodGet, "/api/v1/runs", "", header)
	}
	form := "Content-Type: application/x-www-form-urlencoded"
	b.want(http.StatusUnauthorized, nil, http.MethodPost, "/login", "token=", form)
}

func TestLoginGivesSession(t *testing.T) {
	t.Parallel()
	b := newBench(t, withToken)
	form := "Content-Type: application/x-www-form-urlencoded"
	b.want(http.StatusUnauthorized, nil, http.MethodPost, "/login", "token=wrong", form)
	res := b.want(http.StatusSeeOther, nil, http.MethodPost, "/login", "token="+url.QueryEscape(testToken), form)
	cookies := res.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode ||
		strings.Contains(cookies[0].Value, testToken) {
		t.Fatalf("cookies %v", cookies)
	}
	session := "Cookie: " + cookies[0].Name + "=" + cookies[0].Value
	b.want(http.StatusOK, nil, http.MethodGet, "/api/v1/runs", "", session)
	b.want(http.StatusUnauthorized, nil, http.MethodGet, "/api/v1/runs", "", "Cookie: weft_session=9"+cookies[0].Value)
}

func TestBrowserWithoutSessionIsSentToLogin(t *testing.T) {
	t.Parallel()
	b := newBench(t, withToken)
	res := b.want(http.StatusSeeOther, nil, http.MethodGet, "/runs", "", "Accept: text/html")
	if got := res.Header.Get("Location"); got != "/login" {
		t.Errorf("sent to %q", got)
	}
}

func TestOpenServerAnswersToLoopbackNamesOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Hosts = []string{"weft.test"} })
	for _, host := range []string{"localhost:8080", "127.0.0.1", "[::1]:80", "weft.test:1", "LOCALHOST"} {
		b.want(http.StatusOK, nil, http.MethodGet, "/api/v1/runs", "", "Host: "+host)
	}
	for _, host := range []string{"attacker.example", "localhost.attacker.example:80", "127.0.0.1.nip.io", "10.0.0.1"} {
		b.want(http.StatusForbidden, &api.Problem{}, http.MethodGet, "/api/v1/runs", "", "Host: "+host)
	}
}

func TestForeignPageCannotAct(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path := "/api/v1/runs/run_" + strings.Repeat("a", 26) + "/cancel"
	b.want(http.StatusForbidden, nil, http.MethodPost, path, "", "Sec-Fetch-Site: cross-site")
	b.want(http.StatusForbidden, nil, http.MethodPost, path, "", "Origin: http://attacker.example")
	b.want(http.StatusNotFound, nil, http.MethodPost, path, "", "Sec-Fetch-Site: same-origin")
}

func TestCheckAddress(t *testing.T) {
	t.Parallel()
	for addr, fine := range map[string]bool{
		"127.0.0.1:80": true, "localhost:0": true, "[::1]:8080": true, "127.9.9.9:1": true,
		":8080": false, "0.0.0.0:80": false, "[::]:80": false, "10.0.0.1:80": false, "example.org:80": false, "80": false,
	} {
		if err := CheckAddress(addr, false); (err == nil) != fine {
			t.Errorf("CheckAddress(%q, false) = %v", addr, err)
		}
	}
	if err := CheckAddress(":8080", true); err != nil {
		t.Errorf("with a token: %v", err)
	}
}

func TestAnswersAreNoPages(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	res := b.want(http.StatusOK, nil, http.MethodGet, "/api/v1/runs", "")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
		"Content-Security-Policy": answerPolicy,
	} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
