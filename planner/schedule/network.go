package schedule

import "math"

// A flow is a transfer under way.
type flow struct {
	file, from, to int32 // from and to: links
	left           float64
	rate           float64 // bytes per second
	due            float64 // when it is done at this rate
}

// A network is the transfers that are under way, and those that wait for the
// latency of their first byte.
type network struct {
	nodes   int
	latency [2]float64 // between nodes, from storage
	waiting [2]fifo    // likewise
	flows   []flow
	since   float64 // when left was true
	done    float64 // when the first flow is done
	changed bool    // the rates are not those of the flows

	width  []float64 // of each link: of the nodes out, of storage out, of the nodes in
	room   []float64 // of each link, while rates are found
	each   []float64 // of each link, what it allows each of its users
	users  []int32   // of each link, flows whose rate is not found yet
	used   []int32   // links that have users
	open   []int32   // flows whose rate is not found yet
	rounds int       // of finding rates, since the network was made
}

// doneBytes is what may be left of a transfer that counts as done.
const doneBytes = 1e-3

func (w *network) init(c Cluster) {
	w.nodes = len(c.Nodes)
	w.latency = [2]float64{c.Latency, c.StorageLatency}
	for _, n := range c.Nodes {
		w.width = append(w.width, n.Out)
	}
	w.width = append(w.width, c.StorageBandwidth)
	for _, n := range c.Nodes {
		w.width = append(w.width, n.In)
	}
	w.room, w.each, w.users = make([]float64, len(w.width)), make([]float64, len(w.width)), make([]int32, len(w.width))
}

func (w *network) clear() {
	w.flows, w.since, w.done, w.changed = w.flows[:0], 0, math.Inf(1), false
	w.waiting[0].clear()
	w.waiting[1].clear()
}

// send begins a transfer now.
func (w *network) send(file, from, to int32, bytes, now float64) {
	kind := 0
	if from == Storage {
		from, kind = int32(w.nodes), 1
	}
	w.waiting[kind].put(pending{at: now + w.latency[kind], flow: flow{file: file, from: from, to: w.in(to), left: bytes}})
}

// in is the link into a node, node the node that a link leads into.
func (w *network) in(node int32) int32   { return node + int32(w.nodes) + 1 }
func (w *network) node(link int32) int32 { return link - int32(w.nodes) - 1 }

// next is when something happens in the network.
func (w *network) next() float64 {
	return min(w.done, w.waiting[0].next(), w.waiting[1].next())
}

// advance lets time pass until now, and hands over what has arrived.
func (w *network) advance(now float64, s *simulator) {
	if w.done <= now {
		w.settle(now)
		kept := w.flows[:0]
		for _, f := range w.flows {
			if f.due <= now || f.left <= doneBytes {
				s.arrive(f.file, w.node(f.to))
				continue
			}
			kept = append(kept, f)
		}
		w.flows, w.changed, w.done = kept, true, math.Inf(1)
	}
	for k := range w.waiting {
		for w.waiting[k].next() <= now {
			f := w.waiting[k].get()
			if f.left <= 0 {
				s.arrive(f.file, w.node(f.to))
				continue
			}
			w.settle(now)
			w.flows, w.changed = append(w.flows, f), true
		}
	}
}

// settle has what is left be true now.
func (w *network) settle(now float64) {
	if now > w.since {
		for i := range w.flows {
			w.flows[i].left -= w.flows[i].rate * (now - w.since)
		}
	}
	w.since = now
}

// share gives every flow its max-min fair share of the links: again and again
// it finds the links that allow their flows the least and fixes the rates of
// these.
func (w *network) share(now float64) {
	if !w.changed {
		return
	}
	w.changed = false
	w.settle(now)
	w.count()
	for open := w.open; len(open) > 0; w.rounds++ {
		open = w.fix(open, w.tightest())
	}
	w.done = math.Inf(1)
	for i := range w.flows {
		f := &w.flows[i]
		f.due = now + max(f.left, 0)/f.rate
		w.done = min(w.done, f.due)
	}
}

// count notes how many flows use each link.
func (w *network) count() {
	for _, l := range w.used {
		w.users[l] = 0
	}
	w.used, w.open = w.used[:0], w.open[:0]
	for i := range w.flows {
		f := &w.flows[i]
		w.use(f.from)
		w.use(f.to)
		w.open = append(w.open, int32(i))
	}
}

func (w *network) use(link int32) {
	if w.users[link] == 0 {
		w.used = append(w.used, link)
		w.room[link] = w.width[link]
	}
	w.users[link]++
}

// tightest is the least that a link allows each of its flows. Links without
// flows to fix are dropped.
func (w *network) tightest() float64 {
	least := math.Inf(1)
	kept := w.used[:0]
	for _, l := range w.used {
		if n := w.users[l]; n > 0 {
			kept = append(kept, l)
			w.each[l] = w.room[l] / float64(n)
			least = min(least, w.each[l])
		}
	}
	w.used = kept
	return least
}

// fix gives the flows of the tightest links their rate, and returns the others.
func (w *network) fix(open []int32, rate float64) []int32 {
	tight := rate * (1 + 1e-12)
	kept := open[:0]
	for _, i := range open {
		f := &w.flows[i]
		if w.each[f.from] > tight && w.each[f.to] > tight {
			kept = append(kept, i)
			continue
		}
		f.rate = rate
		w.room[f.from] = max(0, w.room[f.from]-rate)
		w.room[f.to] = max(0, w.room[f.to]-rate)
		w.users[f.from]--
		w.users[f.to]--
	}
	return kept
}

// A pending transfer waits for its first byte.
type pending struct {
	at float64
	flow
}

// A fifo holds pending transfers in the order of their times, which is that in
// which they came since all wait equally long.
type fifo struct {
	items []pending
	head  int
}

func (q *fifo) clear() { q.items, q.head = q.items[:0], 0 }

func (q *fifo) put(p pending) { q.items = append(q.items, p) }

func (q *fifo) next() float64 {
	if q.head == len(q.items) {
		return math.Inf(1)
	}
	return q.items[q.head].at
}

func (q *fifo) get() flow {
	f := q.items[q.head].flow
	if q.head++; q.head == len(q.items) {
		q.clear()
	}
	return f
}
