package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// progress shows how a run goes on: a block that is painted over on a terminal,
// plain lines elsewhere. It writes to stderr, since stdout is for results.
type progress struct {
	w        io.Writer
	terminal bool
	width    func() int // of the terminal, in characters
	quiet    bool       // -o json in a pipe: nothing but the result
	where    string

	mu     sync.Mutex // guards the following fields
	steps  []api.Step
	lines  int // of the block that stands on the terminal
	closed bool
}

func (a *app) newProgress(run *api.Run, base string, json bool) *progress {
	p := &progress{
		w: a.stderr, terminal: a.terminal, width: terminalWidth, quiet: json && !a.terminal,
		where: base + runPath(run.ID),
	}
	if !p.quiet {
		fmt.Fprintf(p.w, "%s  %s\n", run.ID, p.where)
	}
	return p
}

// update shows a new state.
func (p *progress) update(s api.State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.quiet {
		return
	}
	before := p.steps
	if s.Steps != nil {
		p.steps = merge(p.steps, s.Steps)
	}
	if p.terminal {
		p.paint()
		return
	}
	for i, step := range p.steps {
		// A new reason to wait is no news by itself: it would give a line for
		// every item that another step has done.
		if line := stepLine(step); i >= len(before) || stepLine(before[i]) != line {
			fmt.Fprintln(p.w, line+waitText(step))
		}
	}
}

// merge returns steps with those of changed in their places.
func merge(steps, changed []api.Step) []api.Step {
	merged := append([]api.Step(nil), steps...)
next:
	for _, c := range changed {
		for i := range merged {
			if merged[i].Name == c.Name {
				merged[i] = c
				continue next
			}
		}
		merged = append(merged, c)
	}
	return merged
}

// paint paints the block over the one that stands there.
func (p *progress) paint() {
	var b strings.Builder
	if p.lines > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", p.lines)
	}
	for _, step := range p.steps {
		b.WriteString("\x1b[2K" + cut(stepLine(step)+waitText(step), p.width()) + "\n")
	}
	p.lines = len(p.steps)
	io.WriteString(p.w, b.String()) //nolint:errcheck // a terminal that is gone ends nothing
}

// cut keeps a line within the width: one that wraps would not be painted over.
func cut(line string, width int) string {
	if text := []rune(line); width > 1 && len(text) > width {
		return string(text[:width-1]) + "…"
	}
	return line
}

// terminalWidth returns the width of the terminal now, or 0 if it will not say.
func terminalWidth() int {
	width, _, err := term.GetSize(int(os.Stderr.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// close ends the display; what stands stays.
func (p *progress) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

// stepLine is a step in one line: "● encode  12 of 40  2 on a node".
func stepLine(s api.Step) string {
	n := func(states ...executor.TaskState) (sum int) {
		for _, state := range states {
			sum += s.Counts[state]
		}
		return sum
	}
	ended := n(executor.TaskSucceeded, executor.TaskSkipped, executor.TaskFailed, executor.TaskCaught, executor.TaskCancelled)
	icon := "○"
	switch {
	case n(executor.TaskFailed) > 0:
		icon = "✗"
	case s.Expanded && ended == s.Items && n(executor.TaskSkipped) == s.Items && s.Items > 0:
		icon = "–"
	case s.Expanded && ended == s.Items:
		icon = "✓"
	case n(executor.TaskRunning, executor.TaskPlaced, executor.TaskSucceeded) > 0:
		icon = "●"
	}
	var notes []string
	if s.Foreach && s.Expanded {
		notes = append(notes, fmt.Sprintf("%d of %d", ended, s.Items))
	}
	for _, c := range []struct {
		states []executor.TaskState
		word   string
	}{
		{[]executor.TaskState{executor.TaskRunning, executor.TaskPlaced}, whereRuns(s)},
		{[]executor.TaskState{executor.TaskFailed}, "failed"},
		{[]executor.TaskState{executor.TaskCaught}, "caught"},
		{[]executor.TaskState{executor.TaskSkipped}, "skipped"},
	} {
		switch k := n(c.states...); {
		case k > 1 || k == 1 && s.Foreach:
			notes = append(notes, fmt.Sprintf("%d %s", k, c.word))
		case k == 1:
			notes = append(notes, c.word)
		}
	}
	switch {
	case s.Reused > 0 && s.Foreach:
		notes = append(notes, fmt.Sprintf("%d reused", s.Reused))
	case s.Reused > 0:
		notes = append(notes, "reused")
	}
	return strings.TrimRight(fmt.Sprintf("%s %-20s %s", icon, s.Name, strings.Join(notes, "  ")), " ")
}

// whereRuns says what a step does that runs.
func whereRuns(s api.Step) string {
	switch {
	case s.Workflow == "":
		return "on a node"
	case s.Child == "":
		return "as runs of " + s.Workflow
	}
	return "as run " + string(s.Child) + " of " + s.Workflow
}

// waitText says what a step waits for.
func waitText(s api.Step) string {
	if len(s.WaitsFor) == 0 {
		return ""
	}
	return "  waits for " + strings.Join(s.WaitsFor, ", ")
}
