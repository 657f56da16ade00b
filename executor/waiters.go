package executor

import "example.org/weft/dsl"

// A seat is what the run knows of something that it examines: a task, a
// foreach before its tasks exist, the workflow's outputs.
type seat struct {
	turn    uint32 // rises with every examination: older waits are void
	missing int32  // ends that it still waits for
	queued  bool   // stands in Run.work
	asked   ask    // the command that is out for it
}

// An ask is a command that was handed out and is not answered.
type ask uint8

const (
	askNothing ask = iota
	askEvaluate
	askReuse
	askPlace
	askBegin
	askInvoke
	askChild
	askAbort
	askTimer
	askFinish
)

// A waiter is an entry of a waiting list. Lists are singly linked through one
// pool, so that a waiting task costs bytes and no allocation.
type waiter struct {
	who  ref
	turn uint32
	next int32
}

// A list has the indexes of its first and last waiter in the pool, plus one.
type list struct{ first, last int32 }

func (r *Run) push(l *list, who ref, turn uint32) {
	i := r.free
	if i == 0 {
		r.waiters = append(r.waiters, waiter{})
		i = int32(len(r.waiters))
	} else {
		r.free = r.waiters[i-1].next
	}
	r.waiters[i-1] = waiter{who: who, turn: turn}
	if l.last == 0 {
		l.first = i
	} else {
		r.waiters[l.last-1].next = i
	}
	l.last = i
}

// wake empties a waiting list. Those on it are examined once nothing more is
// missing, or at once if the end is not plainly good: they may have to end too,
// or to have something made again.
func (r *Run) wake(l *list, good bool) {
	for i := l.first; i != 0; {
		w := r.waiters[i-1]
		r.waiters[i-1].next, r.free = r.free, i
		i = w.next
		s := r.seat(w.who)
		if s.turn != w.turn {
			continue
		}
		s.missing--
		if s.missing <= 0 || !good {
			r.enqueue(w.who)
		}
	}
	*l = list{}
}

// seat returns the seat that a ref names.
func (r *Run) seat(who ref) *seat {
	switch {
	case who.step < 0:
		return &r.outputs
	case who.item == whole:
		return &r.families[who.step].seat
	}
	return &r.families[who.step].tasks[who.item].seat
}

// enqueue has something examined by the next Ready.
func (r *Run) enqueue(who ref) {
	if s := r.seat(who); !s.queued {
		s.queued = true
		r.work = append(r.work, who)
	}
}

// register has who wait for everything that it needs. It costs O(1) per need.
func (r *Run) register(who ref, needs []dsl.Need) {
	s := r.seat(who)
	for _, n := range needs {
		f := &r.families[n.Step]
		s.missing++
		switch n.Item {
		case dsl.NeedLength:
			r.push(&f.length, who, s.turn)
		case dsl.NeedAll:
			r.push(&f.all, who, s.turn)
			r.wantAll(f, who)
		default:
			f = r.final(f, n.Item)
			r.push(&f.tasks[n.Item].waiting, who, s.turn)
			r.want(ref{int32(f.index), int32(n.Item)}, who)
		}
	}
}

// tell wakes those who wait for an end that a fact or a skip brought.
func (r *Run) tell(end ref) {
	f := &r.families[end.step]
	if end.item != whole {
		t := &f.tasks[end.item]
		if !t.phase.over() {
			return // made again since
		}
		r.wake(&t.waiting, t.phase == succeeded && !f.lossy)
		return
	}
	if !f.settled() {
		return
	}
	r.wake(&f.all, f.expanded && f.stood[succeeded] == len(f.tasks) && !f.lossy)
	if !f.expanded {
		r.wake(&f.length, false)
	}
	if f.step.Guard == nil {
		return
	}
	if sender := &r.families[f.step.Guard.Step]; sender.settled() {
		r.wake(&sender.all, false) // what they read may have been made again
		r.tell(ref{int32(sender.index), whole})
	}
}
