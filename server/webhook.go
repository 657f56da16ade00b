package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor/journal"
	"example.org/weft/server/api"
)

// webhookPath is before the name of the workflow. What is under it needs no
// token: a request is admitted by its signature.
const webhookPath = "/webhooks/"

// tolerance is how far the time of a request may be from ours.
const tolerance = 5 * time.Minute

// errUnsigned says nothing of what is wrong: a caller who cannot sign learns
// not even which workflows there are.
var errUnsigned = errors.New("there is no such webhook, or the request is not signed as it wants")

// postWebhook starts a run of a workflow's latest version. Requests are signed
// as the Standard Webhooks have it: an HMAC-SHA256 of id, time and body. The
// same id starts nothing again.
func (s *Server) postWebhook(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeProblem(w, s.problem(r.Context(), err))
		return
	}
	run, status, err := s.startByWebhook(r, body, time.Now())
	switch {
	case errors.Is(err, errUnsigned):
		writeProblem(w, api.NewProblem(http.StatusUnauthorized, "unauthorized", err.Error()))
	case err != nil:
		writeProblem(w, s.problem(r.Context(), err))
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"run": run}) //nolint:errchkjson // fails only when the client has gone
	}
}

func (s *Server) startByWebhook(r *http.Request, body []byte, now time.Time) (run string, status int, err error) {
	ctx := r.Context()
	flow, err := s.cfg.Catalog.Workflow(ctx, pathValue(r, "name"), "")
	if errors.Is(err, journal.ErrNotFound) {
		return "", 0, errUnsigned
	}
	if err != nil {
		return "", 0, err
	}
	program, err := s.cfg.Programs.Get(ctx, flow.Version)
	if err != nil {
		return "", 0, err
	}
	hook := program.Webhook
	if hook == nil {
		return "", 0, errUnsigned
	}
	secret, err := s.secret(hook)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "a webhook has no secret", slog.String("workflow", flow.Name), slog.Any("err", err))
		return "", 0, errUnsigned
	}
	if !signed(r.Header, body, secret, now) {
		return "", 0, errUnsigned
	}
	inputs := maps.Clone(hook.Inputs)
	if hook.BodyAs != "" {
		if !json.Valid(body) {
			return "", 0, invalid("the body is no JSON")
		}
		inputs[hook.BodyAs] = body
	}
	id, fresh, err := s.submit(ctx, flow, program, start{inputs: inputs, key: "webhook/" + r.Header.Get("webhook-id")})
	status = http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return string(id), status, err
}

// secret returns what the requests of a webhook are signed with. One that
// begins with whsec_ is base64.
func (s *Server) secret(hook *dsl.Webhook) ([]byte, error) {
	var text string
	if hook.SecretEnv != "" {
		if s.cfg.Getenv != nil {
			text = s.cfg.Getenv(hook.SecretEnv)
		}
	} else {
		data, err := os.ReadFile(hook.SecretFile)
		if err != nil {
			return nil, err
		}
		text = strings.TrimRight(string(data), "\r\n")
	}
	const shortest = 16 // characters
	if len(text) < shortest {
		return nil, fmt.Errorf("%s%s has %d characters: want at least %d", hook.SecretEnv, hook.SecretFile, len(text), shortest)
	}
	if coded, ok := strings.CutPrefix(text, "whsec_"); ok {
		return base64.StdEncoding.DecodeString(coded)
	}
	return []byte(text), nil
}

// signed reports whether a request was signed with the secret, not long ago.
func signed(h http.Header, body, secret []byte, now time.Time) bool {
	id, stamp := h.Get("webhook-id"), h.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	const longest = 200 // characters of an id
	if err != nil || id == "" || len(id) > longest || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for got := range strings.FieldsSeq(h.Get("webhook-signature")) {
		if sameSecret(got, want) {
			return true
		}
	}
	return false
}
