package executor

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.org/weft/dsl"
	"example.org/weft/object"
)

// A want says that a consumer waits for a lost value to be made again. Wants
// are few, and are looked through only after a loss.
type want struct {
	producer, consumer ref
	turn               uint32 // of the consumer when it asked
}

// nodeLost ends every attempt on a node. A Placed that was decided before and
// arrives later is stale.
func (r *Run) nodeLost(rec Record, x NodeLost) error {
	r.lostAt[x.Node] = rec.Seq
	for _, who := range slices.Clone(r.live) {
		f := &r.families[who.step]
		t := &f.tasks[who.item]
		if t.attempts[len(t.attempts)-1].node == x.Node {
			r.lose(f, int(who.item), rec.At, fmt.Sprintf("node %s was lost", x.Node), false)
		}
	}
	return nil
}

// objectLost marks what a task made as lost. Whether it is made again is
// decided when somebody needs it.
func (r *Run) objectLost(x ObjectLost) error {
	if r.lost[x.Object] || r.ending != nil {
		return ErrStale
	}
	if x.Task == "" { // an input of the run
		r.lost[x.Object] = true
		r.afterLoss(dsl.InputStep)
		return nil
	}
	name, _, _ := strings.Cut(string(x.Task), visitSign)
	f, item, err := r.locate(TaskID(name))
	if err != nil {
		return err
	}
	t := f.task(item)
	visited := t != nil && f.step.Repeat != nil && t.outputs != nil
	if t == nil || t.phase != succeeded && !visited {
		return ErrStale
	}
	r.lost[x.Object] = true
	if visited && (t.phase != succeeded || !r.hasLost(object.Value{Map: t.outputs})) {
		f.rescan = true // a visit that was not the last made it
		r.afterLoss(f.index)
		return nil
	}
	t.lost, f.lossy = true, true
	t.opaque = t.opaque || !r.hasLost(object.Value{Map: t.outputs})
	r.afterLoss(f.index)
	return nil
}

// afterLoss has whoever reads the step look again, unless it runs already. With
// rescan the cost is once per Ready, however much was lost.
func (r *Run) afterLoss(step int) {
	r.losses++
	r.rescan = true
	for i := range r.families {
		f := &r.families[i]
		for j := range f.step.Reads {
			read := f.step.Reads[j].Step
			f.rescan = f.rescan || read == step || read != dsl.InputStep && r.maySend(read, step)
		}
	}
	if r.outputs.asked == askFinish {
		r.outputs.asked = askNothing
	}
	if r.unsettled == 0 {
		r.enqueue(theOutputs())
	}
}

// lookAgain examines what reads something that was lost and has not begun.
func (r *Run) lookAgain() {
	if !r.rescan {
		return
	}
	r.rescan = false
	for i := range r.families {
		f := &r.families[i]
		if !f.rescan {
			continue
		}
		f.rescan = false
		if !f.expanded { // in a replay: all are examined when it is, and there may be fewer
			continue
		}
		for item := range f.tasks {
			if t := &f.tasks[item]; t.phase == idle || t.phase == judging || t.wanted {
				r.enqueue(ref{int32(i), int32(item)})
			}
		}
	}
}

func (r *Run) anyLost(items []object.Item) bool {
	for i := range items {
		if r.hasLost(object.Value{Item: &items[i]}) {
			return true
		}
	}
	return false
}

// hasLost reports whether a value refers to an object that is lost.
func (r *Run) hasLost(v object.Value) bool {
	if len(r.lost) == 0 {
		return false
	}
	for o := range v.Refs {
		if r.lost[o.ID] {
			return true
		}
	}
	return false
}

// found forgets the loss of objects that were made again under the same name.
func (r *Run) found(outputs map[string]object.Value) {
	if len(r.lost) == 0 {
		return
	}
	for o := range (object.Value{Map: outputs}).Refs {
		delete(r.lost, o.ID)
	}
}

// want has a lost value made again for who, if it is lost.
func (r *Run) want(producer, who ref) {
	t := &r.families[producer.step].tasks[producer.item]
	if !t.remakable() {
		return
	}
	r.wants = append(r.wants, want{producer: producer, consumer: who, turn: r.seat(who).turn})
	if !t.wanted {
		t.wanted = true
		r.enqueue(producer)
	}
}

// wantAll has every lost item of a family made again.
func (r *Run) wantAll(f *family, who ref) {
	if r.losses == 0 || !f.settled() {
		return
	}
	for i := range f.tasks {
		r.want(ref{int32(r.final(f, i).index), int32(i)}, who)
	}
}

// unwant lets go of lost values that nobody wants any more, and reports whether
// there were any. Without it a consumer that ended meanwhile would leave work
// behind that a rebuilt run knows nothing of.
func (r *Run) unwant() bool {
	if len(r.wants) == 0 {
		return false
	}
	var kept []want
	for _, w := range r.wants {
		if r.stillLost(w.producer) && r.stillWaits(w) {
			kept = append(kept, w)
		}
	}
	var gone []ref
	for _, w := range r.wants {
		t := &r.families[w.producer.step].tasks[w.producer.item]
		if t.wanted && r.stillLost(w.producer) && !isWanted(kept, w.producer) {
			t.wanted = false
			gone = append(gone, w.producer)
		}
	}
	r.wants = kept
	for _, who := range gone {
		t := &r.families[who.step].tasks[who.item]
		r.freeSlot(&r.families[who.step], int(who.item))
		t.asked, t.inputs = askNothing, nil
		t.turn++
	}
	return len(gone) > 0
}

func (r *Run) stillLost(who ref) bool {
	return r.families[who.step].tasks[who.item].remakable()
}

// stillWaits reports whether the consumer of a want is where it was.
func (r *Run) stillWaits(w want) bool {
	if r.seat(w.consumer).turn != w.turn {
		return false
	}
	if w.consumer.step < 0 || w.consumer.item == whole {
		return true
	}
	t := &r.families[w.consumer.step].tasks[w.consumer.item]
	return !t.phase.over() || t.wanted
}

func isWanted(wants []want, producer ref) bool {
	for _, w := range wants {
		if w.producer == producer {
			return true
		}
	}
	return false
}

// otherLength compares what a task made again with what it made before: a list
// of another length would not fit the tasks that were made from it.
func otherLength(before, now map[string]object.Value) string {
	for _, name := range sortedNames(before) {
		was, isList := length(before[name])
		if is, _ := length(now[name]); isList && is != was {
			return fmt.Sprintf("made again, %s has %d items and not %d", name, is, was)
		}
	}
	return ""
}

func length(v object.Value) (int, bool) {
	switch {
	case v.List != nil:
		return len(v.List), true
	case v.Large != nil && v.Large.IsList:
		return v.Large.Length, true
	case v.Gather != nil:
		return v.Gather.To - v.Gather.From, true
	}
	var items []json.RawMessage
	isList := len(v.JSON) > 0 && v.JSON[0] == '[' && json.Unmarshal(v.JSON, &items) == nil
	return len(items), isList
}
