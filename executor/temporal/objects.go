package temporal

import (
	"slices"
	"strconv"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// objects is what the facts of a run say of its objects: who made each, and on
// which nodes it was last. It is a fold of the facts, looked up and never ranged
// over.
type objects struct {
	where map[executor.TaskID]executor.NodeID // the task's last attempt
	maker map[object.ID]executor.TaskID
	holds map[object.ID][]executor.NodeID
	lists []list // of files that no fact spells out
	gone  map[executor.NodeID]bool
}

// A list is an output of which the objects' names follow from the attempt's.
type list struct {
	attempt executor.AttemptID
	field   string
	length  int
}

func newObjects() *objects {
	return &objects{
		where: map[executor.TaskID]executor.NodeID{}, maker: map[object.ID]executor.TaskID{},
		holds: map[object.ID][]executor.NodeID{}, gone: map[executor.NodeID]bool{},
	}
}

func (o *objects) placed(p executor.Placed) {
	o.where[p.Task] = p.Node
	delete(o.gone, p.Node)
}

// made notes the objects of outputs. Builtin functions hand on what others made.
func (o *objects) made(run executor.RunID, fn *dsl.Function, f executor.Succeeded) {
	if fn.Builtin != "" && !fn.Lists() {
		return
	}
	for _, field := range fn.Outputs {
		v := f.Outputs[field.Name]
		for ref := range v.Refs {
			o.maker[ref.ID] = f.Task
			o.keeps(o.where[f.Task], ref.ID)
		}
		if v.Large != nil && listsFiles(field.Type) {
			id := executor.AttemptID{Run: run, Task: f.Task, N: f.Attempt, Epoch: epoch}
			o.lists = append(o.lists, list{id, field.Name, v.Large.Length})
		}
	}
}

// given notes the objects that a run of another workflow gave: for this one, its
// task made them.
func (o *objects) given(f executor.ChildEnded) {
	for ref := range (object.Value{Map: f.Outputs}).Refs {
		o.maker[ref.ID] = f.Task
	}
}

func listsFiles(t dsl.Type) bool {
	return t.Kind == dsl.KindList && t.Elem != nil && (t.Elem.Kind == dsl.KindFile || t.Elem.Kind == dsl.KindDir)
}

// makerOf returns the task that made an object, empty when none did.
func (o *objects) makerOf(id object.ID) executor.TaskID {
	if task, ok := o.maker[id]; ok {
		return task
	}
	for _, l := range o.lists {
		for i := range l.length {
			if object.Mint(l.attempt.String(), l.field+"/"+strconv.Itoa(i)) == id {
				o.maker[id] = l.attempt.Task
				return l.attempt.Task
			}
		}
	}
	return ""
}

// keeps notes that a node has an object, or will by the time that it matters.
func (o *objects) keeps(node executor.NodeID, id object.ID) {
	if !slices.Contains(o.holds[id], node) {
		o.holds[id] = append(o.holds[id], node)
	}
}

// holders returns the nodes that have an object, the one that made it first.
func (o *objects) holders(id object.ID) []executor.NodeID {
	var nodes []executor.NodeID
	for _, n := range o.holds[id] {
		if !o.gone[n] {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// lose notes that a node is gone, and with it what it has.
func (o *objects) lose(node executor.NodeID) { o.gone[node] = true }
