package temporal

import (
	"context"
	"fmt"
	"sync"

	"example.org/weft/dsl"
	"example.org/weft/executor"
)

// A Source is what runs and programs are read from.
type Source interface {
	// Read is journal.Journal's.
	Read(ctx context.Context, run executor.RunID, after uint64, limit int) ([]executor.Record, error)
	// Program returns a workflow's version.
	Program(ctx context.Context, version string) (*dsl.Program, error)
}

// maxFollowed is how many runs are kept in memory: the records of one that was
// dropped are read again from the first.
const maxFollowed = 16

// followers are runs as their journals had them when questions about them were
// asked, or a little later.
type followers struct {
	source Source

	mu   sync.Mutex // guards the following fields, and the runs themselves
	runs []*follower
}

type follower struct {
	id  executor.RunID
	run *executor.Run
}

// look calls use with a run that has come as far as head, which the journal must
// have.
func (f *followers) look(ctx context.Context, id executor.RunID, head Head, use func(*executor.Run, *dsl.Program) error) error {
	program, err := f.source.Program(ctx, head.Version)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.take(id, program)
	for one.run.Seq() < head.Seq {
		const page = 1000
		records, err := f.source.Read(ctx, id, one.run.Seq(), int(min(page, head.Seq-one.run.Seq())))
		if err != nil {
			return err
		}
		if len(records) == 0 {
			return fmt.Errorf("the journal has %d records of %s, want %d", one.run.Seq(), id, head.Seq)
		}
		for _, r := range records {
			if err := one.run.Step(r); err != nil {
				f.runs = f.runs[:len(f.runs)-1]
				return fmt.Errorf("cannot follow %s: record %d: %w", id, r.Seq, err)
			}
		}
	}
	one.run.Ready() // works out what follows from them
	return use(one.run, program)
}

// take returns the follower of a run, which is then the last of them.
func (f *followers) take(id executor.RunID, program *dsl.Program) *follower {
	for i, one := range f.runs {
		if one.id == id {
			f.runs = append(append(f.runs[:i:i], f.runs[i+1:]...), one)
			return one
		}
	}
	if len(f.runs) >= maxFollowed {
		f.runs = f.runs[1:]
	}
	one := &follower{id, executor.New(id, program)}
	f.runs = append(f.runs, one)
	return one
}
