package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.org/weft/executor/journal"
)

const hooked = `
version: 1
name: hooked
inputs: { event: json, n: int }
on:
  webhook: { secret: { SECRET }, body_as: event, inputs: { n: 1 } }
steps:
  a: { builtin: identity, with: { value: "${{ [inputs.event, dyn(inputs.n)] }}" } }
`

const hookSecret = "a secret of some length"

// sign returns the headers of a signed request.
func sign(id, body, secret string, at time.Time) []string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(id + "." + stamp + "." + body))
	return []string{
		"webhook-id: " + id, "webhook-timestamp: " + stamp,
		"webhook-signature: v1,AAAA v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	}
}

func TestASignedRequestStartsARunOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(hookSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"env: HOOK_SECRET", "file: " + file} {
		t.Run(secret[:3], func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(c *Config) {
				c.Open, c.Token = false, testToken
				c.Getenv = func(name string) string { return map[string]string{"HOOK_SECRET": hookSecret}[name] }
			})
			b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", replaceSecret(secret), "Authorization: Bearer "+testToken)
			const body = `{"ref": "main"}`
			headers := sign("msg_1", body, hookSecret, time.Now())
			var first, second struct{ Run string }
			b.want(http.StatusCreated, &first, http.MethodPost, "/webhooks/hooked", body, headers...)
			b.want(http.StatusOK, &second, http.MethodPost, "/webhooks/hooked", body, headers...)
			rows, err := b.db.Runs(t.Context(), journal.Filter{})
			if err != nil || len(rows) != 1 || first != second || string(rows[0].Inputs["event"].JSON) != `{"ref":"main"}` {
				t.Errorf("runs %+v, %v; answers %v and %v", rows, err, first, second)
			}
		})
	}
}

func replaceSecret(secret string) string { return strings.Replace(hooked, "SECRET", secret, 1) }

func TestUnsignedRequestsAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) {
		c.Getenv = func(name string) string { return map[string]string{"HOOK_SECRET": hookSecret, "SHORT": "x"}[name] }
	})
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", replaceSecret("env: HOOK_SECRET"))
	const body = `{}`
	now := time.Now()
	for name, headers := range map[string][]string{
		"nothing":             nil,
		"another secret":      sign("m", body, "another secret of some length", now),
		"another body":        sign("m", `{"x": 1}`, hookSecret, now),
		"a time long ago":     sign("m", body, hookSecret, now.Add(-6*time.Minute)),
		"a time in an hour":   sign("m", body, hookSecret, now.Add(time.Hour)),
		"no id":               sign("", body, hookSecret, now),
		"another time's sign": append(sign("m", body, hookSecret, now)[2:], sign("m", body, hookSecret, now.Add(time.Second))[:2]...),
	} {
		if res := b.do(http.MethodPost, "/webhooks/hooked", body, headers...); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: status %d", name, res.StatusCode)
		}
	}
	b.want(http.StatusUnauthorized, nil, http.MethodPost, "/webhooks/none", body, sign("m", body, hookSecret, now)...)
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", replaceSecret("env: SHORT"))
	b.want(http.StatusUnauthorized, nil, http.MethodPost, "/webhooks/hooked", body, sign("m", body, "x", now)...)
}
