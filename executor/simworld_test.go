package executor

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A world is an engine, its nodes and all that can happen to them, drawn from
// a seed. It checks what must hold at every step.
type world struct {
	tb       testing.TB
	rng      *rand.Rand
	program  *dsl.Program
	run      *Run
	follower *Run // steps the journal too, and looks at other times
	journal  []Record
	now      time.Time
	out      []Command // not yet answered

	faults int  // that may still happen
	losses int  // of these, how many may lose an attempt
	fatal  bool // faults may change how the run ends: cancel, loss of what is not pure

	everyRecord bool // the engine crashes after every record

	failures  map[TaskID]int
	succeeded map[TaskID]bool
	lostSince map[TaskID]bool      // an object was lost since
	placed    map[string]NodeID    // by attempt
	invoked   map[string]Invoke    // by attempt
	asked     map[string]bool      // by attempt: since the last crash
	maker     map[object.ID]TaskID // by object
	gone      map[object.ID]bool   // lost in the world, known to the run or not
	done      map[string]bool      // by idempotency key
	sent      []Fact               // that were recorded
	owed      []CalledBack         // by those who were handed work
	others    int                  // attempts of other runs, whose outputs were reused
	children  map[RunID]*simChild
	late      []ChildEnded // that are on their way
	failEvery uint64       // one task in so many fails for good; 0 none
}

func newWorld(tb testing.TB, program *dsl.Program, seed uint64) *world {
	tb.Helper()
	w := &world{
		tb: tb, rng: rand.New(rand.NewPCG(seed, 1)), program: program,
		run:      New(RunID("run_sim"), program),
		follower: New(RunID("run_sim"), program),
		now:      time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC),
		failures: map[TaskID]int{}, succeeded: map[TaskID]bool{}, lostSince: map[TaskID]bool{},
		placed: map[string]NodeID{}, invoked: map[string]Invoke{}, asked: map[string]bool{},
		maker: map[object.ID]TaskID{}, gone: map[object.ID]bool{}, done: map[string]bool{},
		children: map[RunID]*simChild{},
	}
	if seed%4 > 1 { // another than the follower's: it is no fact
		w.run.window = int(seed%4) - 1
	}
	return w
}

// start begins the run.
func (w *world) start() {
	w.tb.Helper()
	w.step(Started{Workflow: "random", Decisions: Decisions})
}

// play goes on to the end of the run.
func (w *world) play() {
	w.tb.Helper()
	for turn := 0; !w.run.Done(); turn++ {
		if len(w.out) == 0 {
			w.take(w.run.Ready())
		}
		switch {
		case turn > 20_000:
			w.tb.Fatal("the run does not end")
		case w.faults > 0 && w.rng.IntN(4) == 0:
			w.faults--
			w.fault()
		case w.run.Status() == StatusPaused && (len(w.out) == 0 || w.rng.IntN(4) == 0):
			w.step(Resumed{})
		case len(w.owed) > 0 && w.rng.IntN(3) == 0, len(w.out) == 0 && len(w.owed) > 0:
			w.callBack(0)
		case len(w.late) > 0 && (len(w.out) == 0 || w.rng.IntN(3) == 0):
			w.arrive()
		case len(w.out) == 0 && w.endChild():
		case len(w.out) == 0 && w.signalOne():
		case len(w.out) == 0:
			w.tb.Fatalf("the run is stuck:\n%s", snapshot(w.tb, w.run))
		default:
			i := w.rng.IntN(len(w.out))
			c := w.out[i]
			w.out = slices.Delete(w.out, i, i+1)
			w.answer(c)
		}
	}
}

// step records a fact, unless it is stale, and takes the commands that follow.
func (w *world) step(f Fact) {
	w.tb.Helper()
	w.now = w.now.Add(time.Duration(w.rng.IntN(1000)) * time.Millisecond)
	rec := Record{Seq: w.run.Seq() + 1, At: w.now, Fact: f}
	err := w.run.Step(rec)
	switch {
	case err == nil:
		w.journal = append(w.journal, rec)
		if err := w.follower.Step(rec); err != nil {
			w.tb.Fatalf("who follows the journal cannot step record %d, %s: %v", rec.Seq, KindOf(f), err)
		}
		if w.rng.IntN(4) == 0 {
			w.follower.Ready()
		}
		w.sent = append(w.sent, f)
		w.note(f)
	case !errors.Is(err, ErrStale):
		w.tb.Fatalf("%s: %v", KindOf(f), err)
	}
	if w.everyRecord {
		w.crash()
	}
	if w.rng.IntN(3) > 0 { // several facts may come before one Ready
		w.take(w.run.Ready())
	}
}

// note keeps what the checks need to know of the journal.
func (w *world) note(f Fact) {
	w.tb.Helper()
	switch f := f.(type) {
	case Placed:
		w.placed[AttemptID{Run: w.run.id, Task: f.Task, N: f.Attempt, Epoch: f.Epoch}.String()] = f.Node
	case Succeeded:
		w.succeeded[f.Task], w.lostSince[f.Task] = true, false
		w.done[w.lastKey(f.Task)] = true
		for _, name := range slices.Sorted(maps.Keys(f.Outputs)) {
			for o := range f.Outputs[name].Refs {
				w.maker[o.ID] = f.Task
			}
		}
	case ChildEnded:
		if f.Status == StatusSucceeded {
			w.succeeded[f.Task], w.lostSince[f.Task] = true, false
			for o := range f.Outputs["f"].Refs {
				w.maker[o.ID] = f.Task
			}
		}
	case CalledBack:
		for o := range f.Outputs["f"].Refs {
			w.maker[o.ID] = f.Task
		}
	case SignalReceived:
		for o := range f.Payload["f"].Refs {
			w.maker[o.ID], _ = SignalTask(w.program, f.Name)
		}
	case ObjectLost:
		w.lostSince[f.Task] = true
	default:
	}
}

// take checks commands as they come out, and keeps them.
func (w *world) take(commands []Command) {
	w.tb.Helper()
	for _, c := range commands {
		switch c := c.(type) {
		case Invoke:
			w.checkInvoke(c)
		case StartChild:
			w.checkChild(c)
		default:
		}
		w.out = append(w.out, c)
	}
}

func (w *world) checkInvoke(c Invoke) {
	w.tb.Helper()
	key := c.Attempt.String()
	fn := w.program.FunctionOf(c.Step)
	switch {
	case w.placed[key] != c.Node:
		w.tb.Fatalf("%s is invoked on %s without a record", key, c.Node)
	case w.asked[key]:
		w.tb.Fatalf("%s is invoked twice", key)
	case w.succeeded[c.Attempt.Task] && !(fn.Pure && w.lostSince[c.Attempt.Task]):
		w.tb.Fatalf("%s is invoked after the task succeeded", key)
	}
	for other := range w.asked {
		if strings.HasPrefix(other, c.Attempt.Key()+"/") && w.isLive(other) {
			w.tb.Fatalf("%s is invoked while %s is live", key, other)
		}
	}
	w.checkKey(c)
	w.asked[key], w.invoked[key] = true, c
	w.checkParallel(c.Step)
}

// isLive reports whether the run takes an attempt for live.
func (w *world) isLive(key string) bool {
	c := w.invoked[key]
	t, _ := w.run.Task(c.Attempt.Task)
	return len(t.Attempts) == c.Attempt.N && (t.State == TaskPlaced || t.State == TaskRunning)
}

func (w *world) checkParallel(step int) {
	w.tb.Helper()
	f := &w.run.families[step]
	n := 0
	for i := range f.tasks {
		if f.tasks[i].asked == askInvoke {
			n++
		}
	}
	if limit := f.maxParallel(); limit > 0 && n > limit {
		w.tb.Fatalf("%d tasks of %s run, max_parallel is %d", n, f.step.Name, limit)
	}
}

// compute is what every function does: outputs that depend on nothing but the
// task and the content of its inputs.
func (w *world) compute(task TaskID, maker string, inputs map[string]object.Value) map[string]object.Value {
	h := sha256.New()
	fmt.Fprintln(h, task)
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		fmt.Fprintln(h, name, content(w.run.Expand(inputs[name])))
	}
	return outputs(maker, h.Sum(nil))
}

// outputs are what every task makes, drawn from a digest.
func outputs(maker string, sum []byte) map[string]object.Value {
	n := binary.BigEndian.Uint32(sum)
	list := make([]string, sum[5]%4)
	for i := range list {
		list[i] = fmt.Sprint(sum[6+i])
	}
	return map[string]object.Value{
		"n": object.FromJSON(fmt.Append(nil, n%7)),
		"l": object.FromJSON([]byte("[" + strings.Join(list, ",") + "]")),
		"f": {File: &object.Ref{
			ID:     object.Mint(maker, "f"),
			Size:   int64(n % 1000),
			Digest: object.Digest("sha256:" + hex.EncodeToString(sum)),
		}},
	}
}

// content describes a value by what it holds and not by which objects do.
func content(v object.Value) string {
	if v.File != nil {
		return string(v.File.Digest)
	}
	if v.List == nil && v.Map == nil {
		return showValue(v)
	}
	var parts []string
	for _, item := range v.List {
		parts = append(parts, content(item))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Map)) {
		parts = append(parts, name+"="+content(v.Map[name]))
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// exceeded reports whether more items of some foreach failed than it tolerates.
func (w *world) exceeded() bool {
	return slices.ContainsFunc(w.run.families, func(f family) bool { return f.exceeded() })
}

// tolerated reports whether items failed that some foreach tolerates.
func (w *world) tolerated() bool {
	return slices.ContainsFunc(w.run.families, func(f family) bool { return f.partial() && f.stood[failed] > 0 })
}

// ending describes how a run ended: its status, the content of its outputs and
// the state of every task.
func (w *world) ending() string {
	sum := w.run.Summary()
	lines := []string{string(sum.Status)}
	for _, name := range slices.Sorted(maps.Keys(sum.Outputs)) {
		lines = append(lines, name+"="+content(w.run.Expand(sum.Outputs[name])))
	}
	for i, s := range w.run.Steps() {
		lines = append(lines, fmt.Sprint(s.Name, " ", s.State))
		for t := range w.run.Tasks(i, 0) {
			lines = append(lines, fmt.Sprint(" ", t.Task, " ", t.State))
		}
	}
	return strings.Join(lines, "\n")
}
