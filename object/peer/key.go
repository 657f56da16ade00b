package peer

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"example.org/weft/object"
)

// A Key is what the nodes of one cluster share. Whoever has it may do
// everything; a token made with it permits one thing for a while, and so can be
// shown to a machine that is not to have the rest.
type Key []byte

// KeyOf returns the key that follows from a secret which all nodes are started
// with.
func KeyOf(secret string) Key {
	sum := sha256.Sum256([]byte("weft objects of nodes\x00" + secret))
	return sum[:]
}

// NewKey returns a key that nobody else has.
func NewKey() Key {
	key := make(Key, sha256.Size)
	_, _ = rand.Read(key) // never fails
	return key
}

// A Grant is what a token permits.
type Grant struct {
	May   string    `json:"may"` // such as MayRead(id)
	For   string    `json:"for"` // the attempt that needs it
	Until time.Time `json:"until"`
}

// MayRead permits to read an object.
func MayRead(id object.ID) string { return "read " + string(id) }

// MayKeep permits to have an object put on stable storage.
func MayKeep(id object.ID) string { return "keep " + string(id) }

// tokenLife is how long a token is good for: it is shown at once, so this is the
// difference of two machines' clocks.
const tokenLife = 2 * time.Minute

const bearer = "Bearer "

// Authorize lets a request show that it is permitted.
func (k Key) Authorize(r *http.Request, may, attempt string) {
	r.Header.Set("Authorization", bearer+k.Token(Grant{may, attempt, time.Now().Add(tokenLife)}))
}

// Token returns what permits a grant.
func (k Key) Token(g Grant) string {
	text, err := json.Marshal(g)
	if err != nil {
		panic("peer: " + err.Error()) // two texts and a time of this age
	}
	claim := base64.RawURLEncoding.EncodeToString(text)
	return claim + "." + base64.RawURLEncoding.EncodeToString(k.sign(claim))
}

func (k Key) sign(claim string) []byte {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(claim))
	return h.Sum(nil)
}

// Admits reports whether a request shows a token that permits this now. Without
// a key nobody is admitted.
func (k Key) Admits(r *http.Request, may string) bool {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), bearer)
	return ok && len(k) > 0 && k.check(token, may, time.Now()) == nil
}

func (k Key) check(token, may string, now time.Time) error {
	claim, signature, _ := strings.Cut(token, ".")
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || !hmac.Equal(given, k.sign(claim)) {
		return errors.New("peer: the token is forged")
	}
	text, err := base64.RawURLEncoding.DecodeString(claim)
	if err != nil {
		return err
	}
	var g Grant
	if err := json.Unmarshal(text, &g); err != nil {
		return err
	}
	if now.After(g.Until) {
		return errors.New("peer: the token is over")
	}
	if g.May != may {
		return errors.New("peer: the token is for something else")
	}
	return nil
}

// Deny answers a request that is not permitted.
func Deny(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", "Bearer")
	http.Error(w, "unauthorized", http.StatusUnauthorized)
}
