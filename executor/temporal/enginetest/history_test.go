package enginetest_test

import (
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/worker"

	"example.org/weft/executor"
)

// replays checks that every execution of a run replays by its history.
func (w *world) replays(t *testing.T, id executor.RunID) {
	t.Helper()
	for _, h := range w.histories(t, id) {
		replayer := worker.NewWorkflowReplayer()
		w.temporal.RegisterForReplay(replayer)
		if err := replayer.ReplayWorkflowHistory(quiet{}, h); err != nil {
			t.Errorf("a history of %d events does not replay: %v", len(h.Events), err)
		}
	}
}

// histories returns those of all executions of a run that continued as new, the
// first one first. Of a run that was redriven it is those since.
func (w *world) histories(t *testing.T, id executor.RunID) []*history.History {
	t.Helper()
	described, err := w.client.DescribeWorkflowExecution(t.Context(), string(id), "")
	if err != nil {
		t.Fatal(err)
	}
	next := described.GetWorkflowExecutionInfo().GetFirstRunId()
	var all []*history.History
	for next != "" {
		h := &history.History{}
		events := w.client.GetWorkflowHistory(t.Context(), string(id), next, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			e, err := events.Next()
			if err != nil {
				t.Fatal(err)
			}
			h.Events = append(h.Events, e)
		}
		all = append(all, h)
		next = h.Events[len(h.Events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return all
}

// activities counts those of a type that were scheduled.
func (w *world) activities(t *testing.T, id executor.RunID, name string) (n int) {
	t.Helper()
	for _, h := range w.histories(t, id) {
		for _, e := range h.Events {
			if e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName() == name {
				n++
			}
		}
	}
	return n
}
