package executor

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

var update = flag.Bool("update", false, "rewrite the golden files; read the difference before committing it")

// TestScripts plays the scripts of testdata/scripts. Each opens with the
// sentence of SEMANTICS.md that it holds; each line that starts with "> " is a
// fact or a question, and what the run answers stands below it.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/scripts/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			playScript(t, file)
		})
	}
}

func playScript(t *testing.T, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil || len(archive.Files) != 2 {
		t.Fatalf("want a workflow and a script: %v", err)
	}
	s := play(t, file, archive)
	if *update {
		archive.Files[1].Data = s.out.Bytes()
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, want := s.out.String(), string(archive.Files[1].Data); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// play runs a script to its end.
func play(t *testing.T, file string, archive *txtar.Archive) *script {
	t.Helper()
	program, err := compileSource(filepath.Base(file), archive.Files[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, run: New("run_x", program), now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), loads: map[string]json.RawMessage{}, held: map[string]bool{}}
	for line := range strings.Lines(string(archive.Files[1].Data)) {
		if command, ok := strings.CutPrefix(strings.TrimSpace(line), "> "); ok {
			fmt.Fprintf(&s.out, "> %s\n", command)
			s.do(strings.Fields(command))
		}
	}
	return s
}

// A script is a run with an engine that does at once what needs no decision:
// what was computed it records, and a task that asks for a node gets n1.
// "hold place" and "hold evaluate" stop that.
type script struct {
	t       *testing.T
	run     *Run
	journal []Record
	now     time.Time
	loads   map[string]json.RawMessage // contents of objects, or of items as ID[I]
	held    map[string]bool
	out     bytes.Buffer
}

func (s *script) say(format string, args ...any) {
	fmt.Fprintf(&s.out, "  "+format+"\n", args...)
}

func (s *script) do(words []string) {
	s.t.Helper()
	switch verb, args := words[0], words[1:]; verb {
	case "hold":
		s.held[args[0]] = true
	case "release":
		delete(s.held, args[0])
	case "time":
		d, err := time.ParseDuration(args[0])
		if err != nil {
			s.t.Fatal(err)
		}
		s.now = s.now.Add(d)
	case "load":
		s.loads[args[0]] = json.RawMessage(args[1])
	case "crash":
		var commands []Command
		s.run, commands = rebuild(s.t, s.run, s.journal)
		s.carryOut(commands)
	case "task":
		s.showTask(TaskID(args[0]))
	case "steps":
		s.showSteps()
	case "summary":
		sum := s.run.Summary()
		s.say("%s failed=%s error=%q", sum.Status, sum.Failed, sum.Error)
	default:
		s.step(s.fact(verb, args))
	}
}

// fact reads a fact as scripts write it.
func (s *script) fact(verb string, args []string) Fact {
	s.t.Helper()
	arg := func(i int) string {
		if i < len(args) {
			return args[i]
		}
		return ""
	}
	task, n := s.attempt(arg(0))
	switch verb {
	case "start":
		return Started{Workflow: s.run.prog.Name, Inputs: s.values(args), Decisions: Decisions}
	case "planned":
		rank, _ := strconv.ParseInt(arg(2), 10, 64)
		return Planned{Step: arg(0), Group: arg(1), Rank: rank}
	case "missed":
		return NotReused{Task: task, Attempt: n + 1, Why: strings.Join(args[1:], " ")}
	case "reused":
		return Succeeded{Task: task, Attempt: n + 1, Outputs: s.values(args[1:]), Reused: &Origin{Run: "run_y", Task: task, Attempt: 1, Epoch: 1}}
	case "place":
		asked, _ := strconv.ParseUint(arg(2), 10, 64)
		return Placed{Task: task, Attempt: n + 1, Epoch: 1, Node: NodeID(arg(1)), Reason: "the script says so", Asked: asked}
	case "begin":
		return Begun{Task: task, Attempt: n + 1}
	case "signal":
		return SignalReceived{Name: arg(0), Payload: s.values(args[1:])}
	case "handed":
		return HandedOver{Task: task, Attempt: n}
	case "called":
		return CalledBack{Task: task, Attempt: n, Outputs: s.values(args[1:])}
	case "called-failed":
		return CalledBack{Task: task, Attempt: n, Failed: strings.Join(args[1:], " ")}
	case "child":
		return s.childEnd(task, args[1:])
	case "heartbeat":
		return Heartbeat{Task: task, Attempt: n}
	case "began":
		return AttemptStarted{Task: task, Attempt: n}
	case "ok":
		return Succeeded{Task: task, Attempt: n, Outputs: s.values(args[1:])}
	case "fail":
		return Failed{Task: task, Attempt: n, Cause: Cause(arg(1)), Message: strings.Join(args[2:], " ")}
	case "lost":
		return AttemptLost{Task: task, Attempt: n, Reason: "no answer"}
	case "drained":
		return AttemptLost{Task: task, Attempt: n, Reason: "given back", Drained: true}
	case "node-lost":
		return NodeLost{Node: NodeID(arg(0))}
	case "object-lost":
		return ObjectLost{Task: TaskID(arg(0)), Object: object.ID(arg(1))}
	case "timer":
		return TimerFired{Timer: TimerID(arg(0))}
	case "pause":
		return Paused{}
	case "resume":
		return Resumed{}
	case "cancel":
		return Cancelled{Reason: strings.Join(args, " ")}
	case "redrive":
		return Redriven{From: TaskID(arg(0))}
	case "finished":
		return Finished{Status: Status(arg(0))}
	}
	s.t.Fatalf("no such command: %s", verb)
	return nil
}

// attempt reads "task" or "task/n"; without n it is the task's last attempt.
func (s *script) attempt(text string) (TaskID, int) {
	name, number, ok := strings.Cut(text, "/")
	if n, err := strconv.Atoi(number); ok && err == nil {
		return TaskID(name), n
	}
	view, _ := s.run.Task(TaskID(name))
	return TaskID(name), len(view.Attempts)
}

// step records a fact and carries out what follows.
func (s *script) step(f Fact) {
	s.t.Helper()
	before := snapshot(s.t, s.run)
	rec := Record{Seq: s.run.Seq() + 1, At: s.now, Fact: f}
	if err := s.run.Step(rec); err != nil {
		s.say("%v", err)
		if after := snapshot(s.t, s.run); after != before {
			s.t.Errorf("%s was refused and changed the run:\n%s", KindOf(f), differences(after, before))
		}
	} else {
		s.journal = append(s.journal, s.throughJSON(rec))
	}
	s.carryOut(s.run.Ready())
}

// throughJSON returns a record as a journal gives it back.
func (s *script) throughJSON(rec Record) Record {
	s.t.Helper()
	kind, data, err := EncodeFact(rec.Fact)
	if err != nil {
		s.t.Fatal(err)
	}
	if rec.Fact, err = DecodeFact(kind, data); err != nil {
		s.t.Fatal(err)
	}
	return rec
}

func (s *script) carryOut(commands []Command) {
	s.t.Helper()
	for _, c := range commands {
		switch c := c.(type) {
		case Plan:
			s.say("plan %s %d", c.Step, c.Items)
		case Evaluate:
			s.evaluate(c)
		case Reuse:
			s.say("reuse %s/%d%s", c.Task, c.Attempt, showValues(c.Inputs))
		case Place:
			s.say("place %s/%d%s%s", c.Task, c.Attempt, showValues(c.Inputs), showAvoid(c))
			if !s.held["place"] {
				s.step(Placed{Task: c.Task, Attempt: c.Attempt, Epoch: 1, Node: "n1", Reason: "there is no other"})
			}
		case Begin:
			s.say("begin %s/%d%s", c.Fact.Task, c.Fact.Attempt, showBegun(c.Fact))
			if !s.held["begin"] {
				s.step(c.Fact)
			}
		case Invoke:
			s.say("invoke %s/%d on %s%s%s%s", c.Attempt.Task, c.Attempt.N, c.Node, showValues(c.Inputs), showTimeout(c.Timeout), showKey(c.Attempt))
		case StartChild:
			s.say("child %s/%d: %s %s%s%s", c.Attempt.Task, c.Attempt.N, c.Run, c.Want, showValues(c.Inputs), showSince(c))
		case Abort:
			s.say("abort %s/%d on %s: %s", c.Attempt.Task, c.Attempt.N, c.Node, c.Reason)
		case SetTimer:
			s.say("timer %s in %s", c.Timer, c.At.Sub(s.now))
		case Conclude:
			s.say("conclude %s%s", c.Status, showError(c.Error))
			if !s.held["finish"] {
				s.step(Concluded(c))
			}
		case Finish:
			s.say("finish %s%s%s", c.Status, showValues(c.Outputs), showError(c.Error))
			if !s.held["finish"] {
				s.step(Finished(c))
			}
		}
	}
}

func (s *script) evaluate(c Evaluate) {
	s.t.Helper()
	if len(c.Loads) > 0 {
		s.say("evaluate %q with the contents of %s", c.Fact.Task, showLoad(c.Loads[0]))
		if s.held["evaluate"] {
			return
		}
		loaded := dsl.Loaded{}
		for _, l := range c.Loads {
			loaded[l] = s.loads[showLoad(l)]
		}
		c = s.run.EvaluateWith(c, loaded)
	}
	s.say("evaluate %s", showEvaluated(c.Fact))
	if !s.held["evaluate"] {
		s.step(c.Fact)
	}
}

func (s *script) showTask(id TaskID) {
	v, ok := s.run.Task(id)
	if !ok {
		s.say("no task %s", id)
		return
	}
	line := string(v.State)
	if len(v.WaitsFor) > 0 {
		line += ", waits for " + strings.Join(v.WaitsFor, " and ")
	}
	if v.Failure != nil {
		line += fmt.Sprintf(", failed (%s): %s", v.Failure.Cause, v.Failure.Message)
	}
	s.say("%s %s%s", id, line, showValues(v.Outputs))
	for _, a := range v.Attempts {
		s.say("  attempt %d on %s %s%s", a.N, a.Node, a.Outcome, showLookup(a))
	}
}

func (s *script) showSteps() {
	for _, v := range s.run.Steps() {
		var counts []string
		for _, state := range slices.Sorted(maps.Keys(v.Counts)) {
			counts = append(counts, fmt.Sprintf("%d %s", v.Counts[state], state))
		}
		s.say("%s: %s", v.Name, strings.Join(append([]string{string(v.State)}, counts...), ", "))
	}
}
