package journal

import (
	"context"
	"fmt"

	"example.org/weft/dsl"
	"example.org/weft/executor"
)

// GroupOf returns the group that a run of the program is in.
func GroupOf(p *dsl.Program, r NewRun) (Group, error) {
	k := p.Concurrency
	if k == nil {
		return Group{}, nil
	}
	name, err := k.Group(p.Name, r.Inputs)
	if err != nil {
		return Group{}, fmt.Errorf("cannot start a run of %s: %w", p.Name, err)
	}
	return Group{Name: name, Limit: k.Limit, NoWait: k.OnConflict == dsl.Reject}, nil
}

// CancelAhead asks the runs of a group to end whose place a run of the program
// takes, if it is one that does. Asking twice changes nothing.
func CancelAhead(ctx context.Context, g Groups, m Mailbox, p *dsl.Program, run executor.RunID) error {
	k := p.Concurrency
	if k == nil || k.OnConflict != dsl.CancelRunning {
		return nil
	}
	ahead, err := g.Ahead(ctx, run)
	if err != nil || len(ahead) < k.Limit {
		return err
	}
	for _, other := range ahead[:len(ahead)-k.Limit+1] {
		reason := "run " + string(run) + " takes its place"
		if err := m.Post(ctx, other, "concurrency/"+string(run), executor.Cancelled{Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}
