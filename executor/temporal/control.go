package temporal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/placement"
)

// A Copy is records for the journal.
type Copy struct {
	Run     executor.RunID
	Fence   uint64
	Records []Record
	Done    []int64 // messages that they fold in
}

// A Record is an executor.Record that can go through Temporal's JSON.
type Record struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	Fact Fact      `json:"fact"`
}

// A control is what a workflow's own worker does for it: its local activities,
// of which only what they return is in the history.
type control struct {
	mirror    journal.Mirror
	cluster   *cluster
	secret    []byte // callback tokens are made with it
	bandwidth float64
}

// Record gives the journal the records that it does not have.
func (c *control) Record(ctx context.Context, w Copy) error {
	b := journal.Batch{Run: w.Run, Epoch: w.Fence, Done: w.Done}
	for _, r := range w.Records {
		b.Records = append(b.Records, executor.Record{Seq: r.Seq, At: r.At, Fact: r.Fact.Fact})
		if id, over := ends(w.Run, r.Fact.Fact); over {
			c.cluster.end(id)
		}
	}
	err := c.mirror.Mirror(ctx, b)
	if errors.Is(err, journal.ErrFenced) || errors.Is(err, journal.ErrNotFound) {
		return temporal.NewNonRetryableApplicationError(err.Error(), "fenced", nil)
	}
	return err
}

// ends returns the attempt that a fact ends.
func ends(run executor.RunID, f executor.Fact) (executor.AttemptID, bool) {
	switch f := f.(type) {
	case executor.Succeeded:
		return executor.AttemptID{Run: run, Task: f.Task, N: f.Attempt, Epoch: epoch}, true
	case executor.Failed:
		return executor.AttemptID{Run: run, Task: f.Task, N: f.Attempt, Epoch: epoch}, true
	case executor.AttemptLost:
		return executor.AttemptID{Run: run, Task: f.Task, N: f.Attempt, Epoch: epoch}, true
	case executor.HandedOver:
		return executor.AttemptID{Run: run, Task: f.Task, N: f.Attempt, Epoch: epoch}, true
	default:
		return executor.AttemptID{}, false
	}
}

// maxQueued is how many attempts a node may have for each of its cores: enough
// that it never waits for the next ones, and no more, since what is placed later
// is placed by what is known then.
const (
	maxQueued   = 16
	leastQueued = 64
)

// Place decides where ready tasks run: the first of a batch, as far as nodes
// have room. The rest waits; so do all while there is no node.
func (c *control) Place(ctx context.Context, asks Asks) (Found, error) {
	mode, err := placement.ParseMode(asks.Mode)
	if err != nil {
		return Found{}, temporal.NewNonRetryableApplicationError(err.Error(), "mode", err)
	}
	nodes, attempts := c.cluster.snapshot()
	homes := map[string]string{}
	var found Found
	for i := range asks.Tasks {
		a := &asks.Tasks[i]
		if known, err := c.cluster.ask(ctx, a.Task.Requires); err != nil || !known {
			return found, err
		}
		if a.Task.Home == "" && homes[a.Group] != "" {
			a.Task.Group, a.Task.Home, a.Task.Firm = a.Group, homes[a.Group], a.Firm
		}
		d, err := placement.Choose(mode, asks.Slowdown, c.snapshot(nodes, a), a.Task)
		if len(nodes) == 0 || errors.Is(err, placement.ErrNotNow) {
			return found, nil
		}
		if err != nil {
			found.Facts = append(found.Facts, nowhere(a, err))
			continue
		}
		at := index(nodes, d.Node)
		if attempts[at] >= max(leastQueued, int(maxQueued*nodes[at].CPU)) {
			return found, nil
		}
		attempts[at]++
		nodes[at].FreeCPU -= a.Task.CPU
		nodes[at].FreeMem -= a.Task.Memory
		if a.Group != "" && homes[a.Group] == "" {
			homes[a.Group] = d.Node
		}
		c.cluster.place(a.Attempt, executor.NodeID(d.Node), &a.Task)
		found.Facts = append(found.Facts, []Fact{{c.placed(a, d)}})
	}
	return found, nil
}

func (c *control) snapshot(nodes []placement.Node, a *Ask) placement.Snapshot {
	return placement.Snapshot{
		Nodes: nodes, Bandwidth: c.bandwidth, Turn: a.Turn,
		Holds: a.holds,
	}
}

func (c *control) placed(a *Ask, d placement.Decision) executor.Placed {
	p := executor.Placed{
		Task: a.Attempt.Task, Attempt: a.Attempt.N, Epoch: epoch,
		Node: executor.NodeID(d.Node), Reason: d.Reason, Asked: a.Asked,
	}
	if a.Calls {
		p.Token = executor.TokenDigest(callbackToken(c.secret, a.Attempt))
	}
	return p
}

// callbackToken is the token that calls an attempt back. It follows from a secret
// that the nodes share with the servers and the database has not, so that it
// needs no place in a history.
func callbackToken(secret []byte, id executor.AttemptID) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("callback " + plain(id).String()))
	return executor.CallbackToken(id.Run, id.Task, id.N, h.Sum(nil))
}

// nowhere fails a task that no node can take: an attempt that begins nowhere and
// ends at once.
func nowhere(a *Ask, err error) []Fact {
	return []Fact{
		{executor.Placed{Task: a.Attempt.Task, Attempt: a.Attempt.N, Epoch: epoch, Reason: "no node can take it", Asked: a.Asked}},
		{executor.Failed{Task: a.Attempt.Task, Attempt: a.Attempt.N, Cause: executor.CauseInput, Message: err.Error()}},
	}
}

func index(nodes []placement.Node, id string) int {
	for i := range nodes {
		if nodes[i].ID == id {
			return i
		}
	}
	return -1
}
