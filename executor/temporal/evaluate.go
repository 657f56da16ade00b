package temporal

import (
	"context"

	"go.temporal.io/sdk/temporal"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/node"
)

// An evaluator answers expressions that read contents of objects.
type evaluator struct {
	local  *node.Node
	follow *followers
}

// Evaluate completes the fact of an expression with the contents of objects.
func (e *evaluator) Evaluate(ctx context.Context, q Question) (Evaluation, error) {
	loaded := dsl.Loaded{}
	c := q.Command
	for len(c.Loads) > 0 {
		for _, l := range c.Loads {
			content, err := e.local.Content(ctx, q.Run, l)
			if ids := node.Lost(err); ids != nil {
				var lost []Fact
				for _, id := range ids {
					lost = append(lost, Fact{executor.ObjectLost{Object: id}})
				}
				return Evaluation{Fact: Fact{c.Fact}, Lost: lost}, nil
			}
			if err != nil {
				return Evaluation{}, temporal.NewNonRetryableApplicationError(err.Error(), "content", nil)
			}
			loaded[l] = content
		}
		head := Head{Version: q.Version, Seq: q.Seq}
		err := e.follow.look(ctx, q.Run, head, func(run *executor.Run, _ *dsl.Program) error {
			c = run.EvaluateWith(c, loaded)
			return nil
		})
		if err != nil {
			return Evaluation{}, err
		}
	}
	return Evaluation{Fact: Fact{c.Fact}}, nil
}
