package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/runtime"
	"example.org/weft/object"
)

// startedAfter is how long an attempt runs before it is worth saying so.
const startedAfter = 100 * time.Millisecond

var errTimeout = errors.New("timeout")

// A failure is an error with the cause that retry.on can name.
type failure struct {
	cause executor.Cause
	err   error
}

func (f *failure) Error() string { return f.err.Error() }

func (f *failure) Unwrap() error { return f.err }

// because gives an error its cause, unless it has one.
func because(cause executor.Cause, err error) error {
	var f *failure
	if err == nil || errors.As(err, &f) {
		return err
	}
	return &failure{cause, err}
}

// A result is what an attempt came to, before it is told.
type result struct {
	outputs map[string]object.Value
	usage   executor.Usage
	moved   []executor.Transfer
	made    []object.ID // in the store
}

// run carries an attempt from its start to its report.
func (n *Node) run(ctx context.Context, a *attempt) {
	defer a.abort(nil)
	if a.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, a.Timeout, errTimeout)
		defer cancel()
	}
	if a.Function.Builtin != "" && !a.Function.Lists() {
		res, err := n.runBuiltin(ctx, a)
		n.leave(a)
		n.tell(a, res, err, executor.Where{})
		return
	}
	f, err := n.newFolder(a.Attempt)
	if err != nil {
		n.leave(a)
		n.tell(a, result{}, n.blame(err, ""), executor.Where{})
		return
	}
	n.mu.Lock()
	a.logs = newLogs(f)
	n.mu.Unlock()
	res, err := n.runProcess(ctx, a, f)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // whatever that made of it on its way
	}
	where := executor.Where{Dir: f.paths().Work, Stderr: a.logs.stderr.last()}
	if ctx.Err() == nil {
		err = n.blame(err, where.Stderr)
	}
	kept := err != nil
	if isOfDisk(err) {
		n.makeRoom(ctx, f, res)
		where.Dir, kept = "", false
	}
	if logErr := n.storeLogs(a, f, kept); logErr != nil {
		n.cfg.Log.WarnContext(ctx, "cannot keep the logs of an attempt",
			slog.String("attempt", a.Attempt.String()), slog.Any("err", logErr))
	}
	n.leave(a)
	if kept {
		err = errors.Join(err, f.keep(err.Error()))
	}
	n.tell(a, res, err, where)
	if !kept {
		if err := n.discard(f); err != nil {
			n.cfg.Log.WarnContext(ctx, "cannot remove a working folder",
				slog.String("attempt", a.Attempt.String()), slog.Any("err", err))
		}
	}
}

// runBuiltin runs a function of this binary, which needs no folder.
func (n *Node) runBuiltin(ctx context.Context, a *attempt) (result, error) {
	res := result{usage: executor.Usage{Queue: a.started.Sub(a.arrived)}}
	s := &stager{node: n, attempt: a, ledger: &ledger{}}
	inputs, err := s.resolveAll(ctx)
	if err != nil {
		return res, because(executor.CauseInput, err)
	}
	res.moved = s.ledger.transfers
	if a.Function.Builtin == "sleep" {
		defer n.announce(a)()
	}
	out, err := runtime.Builtin{}.Run(ctx, &runtime.Call{Attempt: a.Attempt, Function: a.Function, Inputs: inputs})
	res.outputs, res.usage.Run = out.Outputs, out.Usage.Run
	if err != nil {
		return res, err
	}
	c := &collector{node: n, attempt: a, ledger: s.ledger}
	err = c.shrinkAll(ctx, res.outputs)
	res.moved = s.ledger.transfers
	return res, because(executor.CauseOutput, err)
}

// runProcess stages, runs and collects.
func (n *Node) runProcess(ctx context.Context, a *attempt, f *folder) (result, error) {
	res := result{usage: executor.Usage{Queue: a.started.Sub(a.arrived)}}
	begun := time.Now()
	s := &stager{node: n, attempt: a, folder: f, ledger: &ledger{}}
	scope, err := s.stage(ctx)
	res.usage.Stage, res.moved = time.Since(begun), s.ledger.transfers
	if err != nil {
		return res, because(executor.CauseInput, err)
	}
	if a.Function.Lists() {
		return n.runList(ctx, a, f, s, res)
	}
	stop := n.announce(a)
	out, err := n.exec.Run(ctx, &runtime.Call{
		Attempt: a.Attempt, Function: a.Function, Scope: scope, Paths: f.paths(), Env: a.env(),
		Stdout: a.logs.stdout, Stderr: a.logs.stderr,
	})
	stop()
	res.usage.Run, res.usage.CPU, res.usage.MaxMemory = out.Usage.Run, out.Usage.CPU, out.Usage.MaxMemory
	if err != nil {
		return res, err
	}
	if err := s.checkInputs(); err != nil {
		return res, because(executor.CauseInput, err)
	}
	c := &collector{node: n, attempt: a, folder: f, ledger: s.ledger}
	res.outputs, err = c.collect(ctx)
	res.moved, res.made = s.ledger.transfers, c.made
	return res, because(executor.CauseOutput, err)
}

// announce reports AttemptStarted if the attempt runs for more than a moment.
// After the returned function none comes.
func (n *Node) announce(a *attempt) (stop func()) {
	var mu sync.Mutex
	over := false
	timer := time.AfterFunc(startedAfter, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			a.report(executor.AttemptStarted{Task: a.Attempt.Task, Attempt: a.Attempt.N})
		}
	})
	return func() {
		if !timer.Stop() {
			mu.Lock()
			defer mu.Unlock()
			over = true
		}
	}
}

// tell reports how the attempt ended.
func (n *Node) tell(a *attempt, res result, err error, where executor.Where) {
	if err == nil {
		a.report(a.ended(res))
		return
	}
	if aborted, ok := errors.AsType[abortError](err); ok {
		a.report(givenBack(a, aborted.Error()))
		return
	}
	if gone, ok := errors.AsType[*lostError](err); ok {
		for _, id := range gone.ids {
			a.report(executor.ObjectLost{Object: id})
		}
		a.report(executor.AttemptLost{Task: a.Attempt.Task, Attempt: a.Attempt.N, Reason: err.Error()})
		return
	}
	fact := executor.Failed{
		Task: a.Attempt.Task, Attempt: a.Attempt.N, Cause: executor.CauseError,
		Message: err.Error(), Where: where, Usage: res.usage, Moved: res.moved,
	}
	fact.Where.Node = n.cfg.ID
	if exit, ok := errors.AsType[*runtime.ExitError](err); ok {
		fact.Where.ExitCode, fact.Where.Signal = max(exit.Code, 0), exit.Signal
	}
	var f *failure
	switch {
	case errors.Is(err, errTimeout):
		fact.Cause = executor.CauseTimeout
		fact.Message = fmt.Sprintf("timeout: it did not end within %s", a.Timeout)
	case errors.Is(err, runtime.ErrExpression):
		fact.Cause = executor.CauseExpression
	case errors.As(err, &f):
		fact.Cause = f.cause
	}
	a.report(fact)
}
