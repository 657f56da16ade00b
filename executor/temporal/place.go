package temporal

import (
	"slices"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"example.org/weft/executor"
	"example.org/weft/object"
	"example.org/weft/placement"
)

// maxAsked is how many tasks are placed by one local activity, whose answer
// stands in the history.
const maxAsked = 200

// An Ask is what is to be placed, with what placement decides by.
type Ask struct {
	Attempt executor.AttemptID
	Asked   uint64
	Task    placement.Task
	Holders map[object.ID][]executor.NodeID // of its inputs
	Turn    uint64
	Calls   bool   // it is called back
	Group   string // its place in the plan's group, empty: in none
	Firm    bool   // the plan keeps that together
}

// Asks is a batch of ready tasks.
type Asks struct {
	Run      executor.RunID
	Tasks    []Ask
	Mode     string
	Slowdown float64
}

// Found is what was found for a batch: the facts that answer the first of it,
// each task's by itself, and none for the rest, which wait for room.
type Found struct {
	Facts [][]Fact `json:"facts,omitempty"`
}

// place asks where ready tasks run: some of them, and not again until something
// happens when the nodes have no room for all.
func (d *driver) place() error {
	n := min(len(d.waiting), maxAsked)
	batch := Asks{Run: d.in.Run, Mode: d.mode.String(), Slowdown: d.program.MaxSlowdown}
	for _, c := range d.waiting[:n] {
		batch.Tasks = append(batch.Tasks, d.asking(c))
	}
	var found Found
	if err := d.local("Place", &found, batch); err != nil {
		return err
	}
	placed := len(found.Facts)
	d.waiting = append([]executor.Place(nil), d.waiting[placed:]...)
	for _, facts := range found.Facts {
		for _, f := range facts {
			d.take(f.Fact)
		}
		d.turn++
	}
	if placed > 0 {
		d.pause = 0
	}
	d.blocked = placed < n
	return nil
}

func (d *driver) asking(c executor.Place) Ask {
	fn := d.program.FunctionOf(c.Step)
	step := &d.program.Steps[c.Step]
	a := Ask{
		Attempt: executor.AttemptID{Run: d.in.Run, Task: c.Task, N: c.Attempt, Epoch: epoch, Redriven: c.Redriven},
		Asked:   c.Asked,
		Task:    placement.Task{CPU: fn.Resources.CPU, Memory: fn.Resources.Memory, Requires: fn.Requires},
		Holders: map[object.ID][]executor.NodeID{},
		Turn:    d.turn,
		Calls:   step.Wait != nil,
	}
	for _, n := range c.Avoid {
		a.Task.Avoid = append(a.Task.Avoid, string(n))
	}
	view, _ := d.run.Task(c.Task)
	d.homes.Fill(&a.Task, step.Name, view.Item, view.Item > 0)
	a.Group, a.Firm = d.group(step.Name, view.Item)
	a.Task.Inputs = refs(d.run, c.Inputs)
	for _, ref := range a.Task.Inputs {
		a.Holders[ref.ID] = d.objects.holders(ref.ID)
	}
	return a
}

// group names what the plan keeps together with a task.
func (d *driver) group(step string, item int) (name string, firm bool) {
	if d.plan == nil || d.plan.Step(step) == nil {
		return "", false
	}
	name = d.plan.Step(step).Group
	for i := range d.plan.Groups {
		if g := &d.plan.Groups[i]; g.Name == name {
			if g.PerItem {
				name += "/" + strconv.Itoa(item)
			}
			return name, g.Firm
		}
	}
	return "", false
}

// askAgain has tasks that no node has room for be placed a little later: what
// made room may have happened outside of the run.
func (d *driver) askAgain() {
	const first, most = time.Second, 15 * time.Second
	if !d.blocked || d.dozing {
		return
	}
	d.pause, d.dozing = min(max(2*d.pause, first), most), true
	pause := d.pause
	workflow.Go(d.ctx, func(ctx workflow.Context) {
		_ = workflow.Sleep(ctx, pause) // only a cancel could end it, and there is none
		d.answers.Send(ctx, func(d *driver) { d.blocked, d.dozing = false, false })
	})
}

// holds reports whether a node has an object, as far as the run knows.
func (a *Ask) holds(node string, id object.ID) bool {
	return slices.Contains(a.Holders[id], executor.NodeID(node))
}
