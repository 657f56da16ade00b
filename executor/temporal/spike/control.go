package spike

import (
	"context"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/placement"
)

// epoch is the fencing number of runs that Temporal drives: the history has one
// writer, so it never rises.
const epoch = 1

// maxPage bounds the bytes of records that one call of Read brings into a
// history.
const maxPage = 512 << 10

// A Control is what the workflow's own worker does for it: its local
// activities.
type Control struct {
	Journal journal.Journal
	Nodes   func() []placement.Node // as they are now, in a fixed order
}

// Read returns the records of a run after a sequence number: some of them, and
// none when there are no more.
func (c *Control) Read(ctx context.Context, run executor.RunID, after uint64) ([]Record, error) {
	records, err := c.Journal.Read(ctx, run, after, 1000)
	if err != nil {
		return nil, err
	}
	var page []Record
	bytes := 0
	for _, r := range records {
		_, data, err := executor.EncodeFact(r.Fact)
		if err != nil {
			return nil, err
		}
		if bytes += len(data); bytes > maxPage && len(page) > 0 {
			break
		}
		page = append(page, Record{r.Seq, r.At, Fact{r.Fact}})
	}
	return page, nil
}

// Record gives the journal the records that it does not have: it may be called
// again with the same ones.
func (c *Control) Record(ctx context.Context, run executor.RunID, records []Record) error {
	known, err := c.Journal.Read(ctx, run, records[0].Seq-1, len(records))
	if err != nil || len(known) == len(records) {
		return err
	}
	batch := journal.Batch{Run: run, Epoch: epoch}
	for _, r := range records[len(known):] {
		batch.Records = append(batch.Records, executor.Record{Seq: r.Seq, At: r.At, Fact: r.Fact.Fact})
	}
	fenced, err := c.Journal.Append(ctx, []journal.Batch{batch})
	if len(fenced) > 0 {
		return temporal.NewNonRetryableApplicationError(fmt.Sprintf("the journal has no run %s of Temporal's", run), "fenced", nil)
	}
	return err
}

// Place decides where a batch of ready tasks runs.
func (c *Control) Place(_ context.Context, batch []Ask, mode string, slowdown float64) ([]Fact, error) {
	m, err := placement.ParseMode(mode)
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), "mode", err)
	}
	nodes := c.Nodes()
	var facts []Fact
	for i, a := range batch {
		d, err := placement.Choose(m, slowdown, placement.Snapshot{
			Nodes: nodes, Turn: a.Turn + uint64(i),
			Holds: func(node string, id object.ID) bool { return a.Holders[id] == node },
		}, a.Task)
		if err != nil {
			facts = append(facts, Fact{executor.Failed{
				Task: a.Command.Task, Attempt: a.Command.Attempt, Cause: executor.CauseInput, Message: err.Error(),
			}})
			continue
		}
		for j := range nodes {
			if nodes[j].ID == d.Node {
				nodes[j].FreeCPU -= max(a.Task.CPU, 1)
			}
		}
		facts = append(facts, Fact{executor.Placed{
			Task: a.Command.Task, Attempt: a.Command.Attempt, Epoch: epoch,
			Node: executor.NodeID(d.Node), Reason: d.Reason, Asked: a.Command.Asked,
		}})
	}
	return facts, nil
}
