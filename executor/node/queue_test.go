package node

import (
	"strings"
	"testing"

	"example.org/weft/executor"
)

func TestWhatIsQueuedSaysForWhat(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{CPU: 2, Memory: 100e6}, `
  big:   { builtin: sleep, resources: { cpu: 1, memory: 80MB } }
  small: { builtin: sleep, resources: { cpu: 1, memory: 1MB } }
`)
	inputs := values("seconds", "600")
	first := l.invocation(t, "big", inputs)
	began := l.invoke(first)
	memory, turn := l.invocation(t, "big", inputs), l.invocation(t, "small", inputs)
	l.invoke(memory)
	l.invoke(turn)
	status := l.Status()
	if len(status.Queued) != 2 {
		t.Fatalf("%d are queued, want 2", len(status.Queued))
	}
	for i, want := range []string{
		"memory on n1: 80 MB, 20 MB free",
		"its turn on n1; 1 queued before it, first big[2]",
	} {
		if got := status.Queued[i].WaitsFor; got != want {
			t.Errorf("%s waits for %q, want %q", status.Queued[i].Attempt.Task, got, want)
		}
	}
	l.Abort(turn.Attempt, "test")
	l.Abort(memory.Attempt, "test")
	slot := l.invocation(t, "small", inputs)
	l.invoke(slot)
	queued := l.invocation(t, "small", inputs)
	l.invoke(queued)
	if got := l.Status().Queued; len(got) != 1 || !strings.HasPrefix(got[0].WaitsFor, "a slot on n1: 2 of 2 cores taken") {
		t.Errorf("queued are %+v, want one for a slot", got)
	}
	for _, inv := range []Invocation{queued, slot, first} {
		l.Abort(inv.Attempt, "test")
	}
	if _, lost := last(t, began).(executor.AttemptLost); !lost {
		t.Error("the first was not given back")
	}
}
