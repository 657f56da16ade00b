package server

import (
	"context"
	"io"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/node"
	"example.org/weft/object"
	"example.org/weft/planner"
)

// History is the part of a journal that is read; see journal.Journal.
type History interface {
	Read(ctx context.Context, run executor.RunID, after uint64, limit int) ([]executor.Record, error)
}

// An Engine runs what was accepted. It is safe for concurrent use.
type Engine interface {
	// Submit makes a run durable and sees to it that it starts. The results and
	// errors are those of journal.Catalog.Accept.
	Submit(ctx context.Context, r journal.NewRun) (executor.RunID, bool, error)

	// Redrive has a run that ended go on and says what it has to do; a dry one
	// only says it. executor.ErrRedrive when it is not possible.
	Redrive(ctx context.Context, id executor.RunID, x executor.Redriven, dry bool) (executor.Forecast, error)

	// Plan says what running the program with these inputs would take. Inputs
	// may be missing: they are then guessed.
	Plan(ctx context.Context, p *dsl.Program, inputs map[string]object.Value) (*planner.Plan, error)

	// Nodes returns every node, in a fixed order.
	Nodes(ctx context.Context) []node.Status

	// Logs returns what an attempt wrote to stream ("stdout" or "stderr") up to
	// now. The reader is at the first byte; if it is an io.Seeker, it is used
	// as one. object.ErrNotFound when there is no such log.
	Logs(ctx context.Context, a executor.AttemptID, stream string) (io.ReadCloser, error)
}

// Members are nodes that are processes of their own.
type Members interface {
	// Report takes what a node says of itself, and says what it is to know.
	Report(ctx context.Context, r node.Report) (node.Welcome, error)

	// Leave forgets a node that was started under that boot.
	Leave(ctx context.Context, id executor.NodeID, boot string) error
}

// Objects holds the bytes that users send and that runs made.
type Objects interface {
	// Put keeps everything that r gives, until it ends. The reference's name is
	// for people: it is never a path.
	Put(ctx context.Context, name, mediaType string, r io.Reader) (object.Ref, error)

	// Open returns an object's bytes, wherever they lie. object.ErrNotFound when
	// nobody holds them.
	Open(ctx context.Context, id object.ID) (io.ReadSeekCloser, object.Ref, error)
}
