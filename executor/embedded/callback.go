package embedded

import (
	"crypto/rand"

	"example.org/weft/dsl"
	"example.org/weft/executor"
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

// callbackEnv is what a function finds its callback by.
func (l *loop) callbackEnv(token string) []string {
	if token == "" {
		return nil
	}
	return []string{
		"WEFT_CALLBACK_TOKEN=" + token,
		"WEFT_CALLBACK_URL=" + l.address + "/api/v1/callbacks/" + token,
	}
}

// handsOver returns a function without its outputs: whoever calls back gives
// them.
func handsOver(f *dsl.Function) *dsl.Function {
	bare := *f
	bare.Outputs = nil
	return &bare
}

// handedOver says of a function that ended well that it has handed its work on.
func handedOver(f executor.Fact) executor.Fact {
	if s, ok := f.(executor.Succeeded); ok {
		return executor.HandedOver{Task: s.Task, Attempt: s.Attempt, Usage: s.Usage, Moved: s.Moved}
	}
	return f
}
