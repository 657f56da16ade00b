package executor

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// CallbackToken returns what calls an attempt back: whoever has it may end the
// attempt, so it is made with a secret that nobody can guess. It names the run,
// the task and the attempt; only its digest is kept.
func CallbackToken(run RunID, task TaskID, attempt int, secret []byte) string {
	text := strings.Join([]string{string(run), string(task), strconv.Itoa(attempt), hex.EncodeToString(secret)}, "/")
	return base64.RawURLEncoding.EncodeToString([]byte(text))
}

// ParseCallbackToken returns what a token names. Whether it is genuine only the
// digest of the attempt says.
func ParseCallbackToken(token string) (run RunID, task TaskID, attempt int, err error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	parts := strings.Split(string(text), "/")
	const want = 4
	if err != nil || len(parts) != want {
		return "", "", 0, errors.New("not a callback token")
	}
	attempt, err = strconv.Atoi(parts[2])
	return RunID(parts[0]), TaskID(parts[1]), attempt, err
}

// TokenDigest is what is kept of a token.
func TokenDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// handedOver has an attempt wait for its callback, unless that came already.
func (r *Run) handedOver(at time.Time, h HandedOver) error {
	f, item, err := r.findLive(h.Task, h.Attempt)
	if err != nil {
		return err
	}
	t := &f.tasks[item]
	if f.step.Wait == nil {
		return ErrStale
	}
	if r.ending != nil || t.expired { // it waits for nobody any more
		r.endAttempt(f, item, at, wasAborted)
		r.stopped(f, item)
		return nil
	}
	r.leaveLive(t)
	t.stopping, t.asked = false, askNothing
	a := &t.attempts[len(t.attempts)-1]
	a.usage, a.moved, a.heard = h.Usage, h.Moved, at
	if f.step.Wait.Timeout > 0 {
		a.due = at.Add(f.step.Wait.Timeout)
	}
	r.turn(f, item, waiting)
	r.enqueue(ref{int32(f.index), int32(item)})
	if a.called != nil {
		r.callback(f, item, at, *a.called)
	}
	return nil
}

func (r *Run) calledBack(at time.Time, c CalledBack) error {
	f, item, a, err := r.findHanded(c.Task, c.Attempt)
	if err != nil {
		return err
	}
	if f.tasks[item].phase == live {
		if a.called != nil {
			return ErrStale
		}
		a.called = &c
		return nil
	}
	r.callback(f, item, at, c)
	return nil
}

func (r *Run) callback(f *family, item int, at time.Time, c CalledBack) {
	if c.Failed != "" {
		r.waitFailed(f, item, at, CauseError, c.Failed)
		return
	}
	r.waited(f, item, at, c.Outputs)
}

func (r *Run) heartbeat(at time.Time, h Heartbeat) error {
	f, item, a, err := r.findHanded(h.Task, h.Attempt)
	if err != nil {
		return err
	}
	if f.tasks[item].phase == live || f.step.Wait.Heartbeat == 0 {
		return ErrStale // nobody counts
	}
	a.heard = at
	a.beats++
	f.tasks[item].asked = askNothing
	r.enqueue(ref{int32(f.index), int32(item)})
	return nil
}

// findHanded returns the attempt n of a task that is called back, which has not
// ended.
func (r *Run) findHanded(id TaskID, n int) (*family, int, *attempt, error) {
	f, item, err := r.find(id)
	if err != nil {
		return nil, 0, nil, err
	}
	t := f.task(item)
	if t == nil || t.phase != live && t.phase != waiting || n != len(t.attempts) || r.ending != nil ||
		f.step.Wait == nil || !f.step.Wait.Callback {
		return nil, 0, nil, ErrStale
	}
	return f, item, &t.attempts[n-1], nil
}
