package planner

// A simNode is one node while the simulator plays.
type simNode struct {
	slots []float64 // when each is free, ascending
	link  float64   // when what comes in is there
}

// start is when a task of that width can start, from at on.
func (n *simNode) start(width int, at float64) float64 {
	if width == 0 {
		return at
	}
	return max(at, n.slots[width-1])
}

// occupy takes the slots that are free first until end.
func (n *simNode) occupy(width int, end float64) {
	// The slots taken all become free at end: shift those that are free before
	// it to the front and put end behind them.
	rest := width
	for rest < len(n.slots) && n.slots[rest] < end {
		n.slots[rest-width] = n.slots[rest]
		rest++
	}
	for i := rest - width; i < rest; i++ {
		n.slots[i] = end
	}
}

// load is how long, on average, the node's slots are still taken.
func (n *simNode) load(at float64) float64 {
	total := 0.0
	for _, free := range n.slots {
		total += max(free-at, 0)
	}
	return total / float64(len(n.slots))
}

// A bundle is the objects of one output, or of one input, and where they are.
type bundle struct {
	n    int
	each float64  // bytes of one
	held []int    // how many of them each node has
	has  []uint64 // a bit for each node and object
}

func newBundle(n, nodes int, each float64) *bundle {
	return &bundle{n: n, each: each, held: make([]int, nodes), has: make([]uint64, (n*nodes+63)/64)}
}

func (b *bundle) at(item, node int) bool {
	bit := node*b.n + item
	return b.has[bit/64]&(1<<(bit%64)) != 0
}

func (b *bundle) put(item, node int) {
	if !b.at(item, node) {
		bit := node*b.n + item
		b.has[bit/64] |= 1 << (bit % 64)
		b.held[node]++
	}
}

func (b *bundle) putAll(node int) {
	if b.held[node] < b.n {
		for i := range b.n {
			b.put(i, node)
		}
	}
}

// A readyTask is a task whose inputs all exist.
type readyTask struct {
	at         float64
	rank       float64
	step, item int
}

// readyTasks is a heap: earlier first, then higher rank, then the program's
// order.
type readyTasks []readyTask

func (h *readyTasks) Len() int      { return len(*h) }
func (h *readyTasks) Swap(i, j int) { (*h)[i], (*h)[j] = (*h)[j], (*h)[i] }
func (h *readyTasks) Push(x any)    { *h = append(*h, x.(readyTask)) }

func (h *readyTasks) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

func (h *readyTasks) Less(i, j int) bool {
	a, b := &(*h)[i], &(*h)[j]
	switch {
	case a.at != b.at:
		return a.at < b.at
	case a.rank != b.rank:
		return a.rank > b.rank
	case a.step != b.step:
		return a.step < b.step
	}
	return a.item < b.item
}
