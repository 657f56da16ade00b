package temporal

import (
	"context"

	"example.org/weft/executor"
)

// turns returns the runs of groups that need not wait any more.
func (e *Engine) turns(ctx context.Context) map[executor.RunID]bool {
	runs, err := e.cfg.Database.Turns(ctx, e.owner)
	if err != nil {
		e.warn(ctx, "cannot tell which runs have their turn", err)
		return map[executor.RunID]bool{}
	}
	turns := make(map[executor.RunID]bool, len(runs))
	for _, run := range runs {
		turns[run] = true
	}
	return turns
}
