package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"example.org/weft/executor"
	"example.org/weft/planner"
	"example.org/weft/server/api"
)

// An entry is what the ledger counts apart.
type entry struct {
	from, to, input string
	transport       executor.Transport
}

type amount struct {
	bytes   int64
	objects int
}

// tally counts the transfers of a run.
type tally map[entry]amount

func (t tally) add(f executor.Fact) {
	switch f := f.(type) {
	case executor.Succeeded:
		t.addMoved(f.Task, f.Moved)
	case executor.HandedOver:
		t.addMoved(f.Task, f.Moved)
	case executor.Failed:
		t.addMoved(f.Task, f.Moved)
	default: // nothing else moves bytes
	}
}

func (t tally) addMoved(task executor.TaskID, moved []executor.Transfer) {
	step := stepOf(task)
	for _, m := range moved {
		key := entry{from: m.From, to: step, input: m.Input, transport: m.Transport}
		sum := t[key]
		sum.bytes += m.Bytes
		sum.objects += m.Objects
		t[key] = sum
	}
}

// moved is the bytes that crossed between nodes or with a store.
func (t tally) moved() int64 {
	var total int64
	for key, sum := range t {
		if key.transport.Moves() {
			total += sum.bytes
		}
	}
	return total
}

// rows returns the ledger, each edge beside what plan (which may be nil) said
// of it.
func (t tally) rows(plan *planner.Plan) []api.LedgerRow {
	predicted := predictions(plan)
	rows := make([]api.LedgerRow, 0, len(t))
	for key, sum := range t {
		row := api.LedgerRow{
			From: key.from, To: key.to, Input: key.input, Transport: key.transport,
			Bytes: sum.bytes, Objects: sum.objects,
		}
		if p, ok := predicted[entry{from: key.from, to: key.to, input: key.input}]; ok {
			row.Predicted = &p
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b api.LedgerRow) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.From, b.From),
			cmp.Compare(a.To, b.To), cmp.Compare(a.Input, b.Input), cmp.Compare(a.Transport, b.Transport))
	})
	return rows
}

func predictions(plan *planner.Plan) map[entry]int64 {
	out := map[entry]int64{}
	if plan == nil {
		return out
	}
	for _, e := range plan.Edges {
		out[entry{from: e.From, to: e.To, input: e.Input}] += e.Bytes
	}
	return out
}

// stepOf returns the step of a task: "encode" of "encode[3]", "poll" of "poll#2".
func stepOf(t executor.TaskID) string {
	name := string(t)
	if i := strings.IndexAny(name, "[#"); i >= 0 {
		return name[:i]
	}
	return name
}

func (s *Server) ledgerRoute() {
	handle(s, http.MethodGet, "/runs/{id}/ledger", "get-ledger", "Every byte between the steps of a run, counted and predicted",
		func(ctx context.Context, in *api.RunPath) (*reply[api.Ledger], error) {
			out := &reply[api.Ledger]{}
			err := s.folds.look(ctx, in.ID, func(f *fold) error {
				out.Body = api.Ledger{Seq: f.run.Seq(), MovedBytes: f.ledger.moved(), Rows: f.ledger.rows(f.plan)}
				return nil
			})
			return out, err
		})
}
