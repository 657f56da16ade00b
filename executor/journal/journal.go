// Package journal is where the facts of runs become durable.
//
// It says what a journal is; journal/sqlite and journal/postgres are two that
// do it, and journal/journaltest is the suite that both must pass.
package journal

import (
	"context"
	"errors"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// The errors that callers branch on.
var (
	// ErrFenced is returned by Append when a run has another owner by now: its
	// epoch is not the one that the batch was written under. Nothing of the
	// call was appended for that run.
	ErrFenced = errors.New("journal: the run has another owner")

	ErrNotFound = errors.New("journal: not found")

	// ErrConflict is returned by Accept for an idempotency key that was used
	// with other inputs.
	ErrConflict = errors.New("journal: conflict")

	// ErrBusy is returned by Accept for a run that is not to wait: so many runs
	// of its group go on already.
	ErrBusy = errors.New("journal: the group has no room for another run")

	// ErrCursor is returned by Runs for a cursor that no row ever had.
	ErrCursor = errors.New("journal: not a cursor")

	// ErrText is returned for a name or key that a database cannot keep: it is
	// no UTF-8, or has a zero byte in it.
	ErrText = errors.New("journal: a name must be UTF-8 without zero bytes")
)

// An UnavailableError is returned by what writes when the database cannot be
// written now, but may be later: its disk is full, or it does not answer.
type UnavailableError struct {
	Why string // and what to do about it; for everybody to see
	Err error  // what the database says
}

func (e *UnavailableError) Error() string {
	return "the journal cannot be written: " + e.Why + ": " + e.Err.Error()
}

func (e *UnavailableError) Unwrap() error { return e.Err }

// IsUnavailable reports whether err is an UnavailableError.
func IsUnavailable(err error) bool {
	_, ok := errors.AsType[*UnavailableError](err)
	return ok
}

// A Lease is the right to step one run. Epoch is its fencing number: it rises
// with every new owner.
type Lease struct {
	Run     executor.RunID
	Version string // of the workflow
	Epoch   uint64
}

// A Batch is what one owner appends to one run: all of it or nothing.
type Batch struct {
	Run     executor.RunID
	Epoch   uint64
	Records []executor.Record
	Done    []int64 // inbox messages that these records fold in
}

// A Message is something that arrived for a run at any server: a cancel, a
// pause, a signal. It is acknowledged when its row is committed; the run's
// owner makes it a fact.
type Message struct {
	ID   int64
	Run  executor.RunID
	Fact executor.Fact
}

// A Journal keeps the facts of all runs. It is safe for concurrent use.
type Journal interface {
	// Append makes the batches durable in one transaction (one flush for the
	// runs of all batches). A Redriven opens a run that has ended: whoever read
	// the run's row appends it at the last owner's epoch, and the run is then
	// free to acquire. The first record of a batch follows the last one
	// of its run; a gap is a failure. Batches of a run that has another owner,
	// or does not exist, are left out and reported: fenced has their runs. Any
	// other failure is err, and then nothing was appended or it is unknown
	// whether all was: the caller forgets the runs and reads or acquires them
	// again.
	Append(ctx context.Context, batches []Batch) (fenced []executor.RunID, err error)

	// Read returns up to limit records of a run after sequence number after,
	// in order; fewer than limit means that there are no more now.
	Read(ctx context.Context, run executor.RunID, after uint64, limit int) ([]executor.Record, error)

	// Acquire makes owner the owner of up to limit runs that are open and whose
	// lease is free or over, for ttl, and raises their epochs.
	Acquire(ctx context.Context, owner string, ttl time.Duration, limit int) ([]Lease, error)

	// Renew prolongs the leases of owner to ttl from now, and returns the open
	// runs that it still has. Leases are held by owners: the runs of one owner
	// are free at the same time. A lease that is over and that nobody took is
	// renewed too.
	Renew(ctx context.Context, owner string, ttl time.Duration) ([]executor.RunID, error)

	// Inbox returns the messages for runs of owner that no batch has folded in
	// yet, in order.
	Inbox(ctx context.Context, owner string) ([]Message, error)
}

// A Releaser gives leases up before their time.
type Releaser interface {
	// Release makes the runs free to acquire, by their former owner as well:
	// so it gets them at a new epoch after an Append whose outcome is unknown.
	// Without runs it gives up all that owner has.
	Release(ctx context.Context, owner string, runs ...executor.RunID) error
}

// ElsewherePrefix begins the owners of runs whose history is not here (Mirror).
// Their leases never end, and no engine of a journal goes on with them.
const ElsewherePrefix = "temporal/"

// A Mirror keeps the facts of runs of which something else decides what happened:
// their history is there, and the journal has a copy.
type Mirror interface {
	// Mirror makes the batch's records the last ones of its run: others that
	// the journal has from the first of them on go, so that it may be called
	// again. Epoch is a number of the writer's that never falls; ErrFenced when
	// the run has been written under a higher one. A run that is opened again
	// by Redriven is pending until the next record.
	Mirror(ctx context.Context, b Batch) error
}

// A Mailbox takes messages for runs from any server.
type Mailbox interface {
	// Post makes a message for a run durable. A second post with the same key
	// (if it is not empty) for the same run changes nothing. ErrNotFound when
	// there is no such run; posting to a run that has ended changes nothing.
	Post(ctx context.Context, run executor.RunID, key string, f executor.Fact) error
}

// A Catalog keeps workflows and the list of runs. It is safe for concurrent use.
type Catalog interface {
	// PutWorkflow keeps a workflow version; a second time it changes nothing
	// but makes that version the latest of its name. A part does not become
	// that.
	PutWorkflow(ctx context.Context, w Workflow) error

	// Workflow returns a version; with an empty version the latest of name,
	// with an empty name whatever workflow has that version.
	Workflow(ctx context.Context, name, version string) (Workflow, error)

	// Workflows returns the latest version of every workflow by name after
	// cursor, up to limit.
	Workflows(ctx context.Context, after string, limit int) ([]Workflow, error)

	// Accept makes a run durable as pending, owned by owner at epoch 1 (which
	// may be empty: then it is free to acquire). With an idempotency key that
	// the workflow has seen before it returns the run of that time and false;
	// ErrConflict if its workflow version or inputs differ.
	Accept(ctx context.Context, r NewRun) (executor.RunID, bool, error)

	// Runs returns runs, newest first.
	Runs(ctx context.Context, f Filter) ([]RunRow, error)
}

// A Workflow is one version of a workflow as it was sent.
type Workflow struct {
	Name    string
	Version string
	Source  []byte
	Created time.Time

	// Pins are the versions of the workflows that it runs, by their names as
	// its source has them.
	Pins map[string]string

	// Part says that it is put because another workflow runs it. That is not
	// kept.
	Part bool
}

// A NewRun is a run to be accepted.
type NewRun struct {
	ID             executor.RunID
	Workflow       string
	Version        string
	Inputs         map[string]object.Value
	Options        executor.Options
	IdempotencyKey string // empty: none
	Group          Group
	Owner          string
	TTL            time.Duration
	Created        time.Time
}

// A Group is runs of which so many go on at a time; the zero Group is none. Its
// runs have their turn in the order in which they were accepted.
type Group struct {
	Name   string
	Limit  int  // at least 1
	NoWait bool // a run that would have to wait is not accepted: ErrBusy
}

// Groups tells which runs of groups have their turn. A run counts from when it
// is accepted until it has ended.
type Groups interface {
	// Turns returns the runs of owner in groups that have no records and need
	// not wait any more, in order.
	Turns(ctx context.Context, owner string) ([]executor.RunID, error)

	// Ahead returns the open runs of a run's group that were accepted before
	// it, in order, when there are as many as go on at a time: the run waits
	// for one of them to end. Else it returns none.
	Ahead(ctx context.Context, run executor.RunID) ([]executor.RunID, error)
}

// A Filter selects runs; zero fields select all.
type Filter struct {
	ID       executor.RunID // this one
	Under    executor.RunID // its children, and theirs
	TopLevel bool           // no children
	Workflow string
	Status   executor.Status
	Since    time.Time
	Query    string // text in the id, the workflow's name or the error
	Before   string // cursor: RunRow.Cursor of the last one seen
	Limit    int    // 1 to 1000; brought into that range
}

// A RunRow is a run in the list. Status, Started, Ended, Outputs and Error are
// kept up to date by Append, from the facts Started, Paused, Resumed, Redriven
// and Finished (see Summarise); Failed is not known here and stays empty. Owner is
// the last one, also after the run's end.
type RunRow struct {
	executor.Summary
	Created time.Time
	Owner   string
	Epoch   uint64
	Cursor  string
}

// A Watcher tells when something was appended.
type Watcher interface {
	// Watch calls wake from another goroutine after each append or post to run,
	// in this or any other process, until stop is called. With an empty run it
	// is after those to any run, and after each Accept of a run without owner. A wake may come too often, never too
	// seldom; it also comes after a lost connection was made again. One may be
	// under way when stop returns. wake must not block: others wait for it.
	Watch(run executor.RunID, wake func()) (stop func())
}

// Documents keeps small JSON documents that are no facts: the plan of a run
// (kind "plan", key the run), what was learned of a function (kind "profile",
// key the function's digest). The last write wins.
type Documents interface {
	PutDocument(ctx context.Context, kind, key string, data []byte) error
	Document(ctx context.Context, kind, key string) ([]byte, error) // ErrNotFound
	Documents(ctx context.Context, kind string) (map[string][]byte, error)
}
