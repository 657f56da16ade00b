package embedded

import (
	"crypto/rand"

	"example.org/weft/executor"
	"example.org/weft/executor/node"
)

// callbackToken makes the token that calls an attempt back; empty for one that
// nobody calls back. It lives in this process and the function's, and dies with
// them: the journal has its digest.
func (l *loop) callbackToken(a *active, c executor.Place) string {
	if a.program.Steps[c.Step].Wait == nil {
		return ""
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return executor.CallbackToken(a.lease.Run, c.Task, c.Attempt, secret)
}

// callback is what a function calls back by; nil if nobody does.
func (l *loop) callback(token string) *node.Callback {
	if token == "" {
		return nil
	}
	return &node.Callback{Token: token, URL: l.address + "/api/v1/callbacks/" + token}
}
