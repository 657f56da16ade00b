package schedule_test

import (
	"math"
	"testing"

	"example.org/weft/planner/schedule"
)

// twoNodes are nodes of two cores that send and receive 100 bytes per second;
// storage gives out 100 to all together.
func twoNodes() schedule.Cluster {
	c := schedule.Cluster{Latency: 1, StorageLatency: 2, StorageBandwidth: 100, FetchSlots: 2}
	for range 2 {
		c.Nodes = append(c.Nodes, schedule.Node{Cores: 2, Speed: 1, In: 100, Out: 100})
	}
	return c
}

func task(seconds float64) schedule.Task { return schedule.Task{Seconds: seconds, Cores: 1} }

func reading(t schedule.Task, files ...int32) schedule.Task {
	t.Reads = files
	return t
}

func making(t schedule.Task, files ...int32) schedule.Task {
	t.Makes = files
	return t
}

func madeBy(t int32, bytes float64) schedule.File { return schedule.File{Bytes: bytes, Maker: t} }

func stored(bytes float64) schedule.File {
	return schedule.File{Bytes: bytes, Maker: schedule.NoMaker, At: schedule.Storage}
}

// Each case was computed by hand.
func TestSimulatedTimes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tasks   []schedule.Task
		files   []schedule.File
		change  func(*schedule.Cluster)
		node    []int32
		order   []int32 // nil: as the tasks stand
		seconds float64
		moved   float64
	}{
		"one after the other on a node: nothing moves": {
			tasks: []schedule.Task{making(task(3), 0), reading(task(4), 0)},
			files: []schedule.File{madeBy(0, 500)}, node: []int32{0, 0}, seconds: 7,
		},
		"on two nodes: latency, then 500 bytes at 100 per second": {
			tasks: []schedule.Task{making(task(3), 0), reading(task(4), 0)},
			files: []schedule.File{madeBy(0, 500)}, node: []int32{0, 1}, seconds: 3 + 1 + 5 + 4, moved: 500,
		},
		"a file crosses once for two readers": {
			tasks: []schedule.Task{making(task(3), 0), reading(task(4), 0), reading(task(4), 0)},
			files: []schedule.File{madeBy(0, 500)}, node: []int32{0, 1, 1}, seconds: 3 + 1 + 5 + 4, moved: 500,
		},
		"two transfers out of one node have half its link each": {
			tasks: []schedule.Task{making(task(0), 0, 1), reading(task(1), 0, 1)},
			files: []schedule.File{madeBy(0, 100), madeBy(0, 300)}, node: []int32{0, 1},
			seconds: 1 + 2 + 2 + 1, moved: 400, // 100 of each in 2 s, then 200 alone
		},
		"of two slots taken, the third transfer waits for one": {
			tasks: []schedule.Task{making(task(0), 0, 1, 2), reading(task(1), 0), reading(task(1), 1), reading(task(5), 2)},
			files: []schedule.File{madeBy(0, 100), madeBy(0, 100), madeBy(0, 100)}, node: []int32{0, 1, 1, 1},
			seconds: 1 + 2 + 1 + 1 + 5, moved: 300,
		},
		"storage is read after its own latency, by both nodes at half speed": {
			tasks: []schedule.Task{reading(task(1), 0), reading(task(1), 1)},
			files: []schedule.File{stored(200), stored(200)}, node: []int32{0, 1}, seconds: 2 + 4 + 1, moved: 400,
		},
		"max-min: what a narrow link cannot take goes to the other": {
			tasks:  []schedule.Task{reading(task(0), 0), reading(task(0), 1)},
			files:  []schedule.File{stored(25), stored(75)},
			change: func(c *schedule.Cluster) { c.Nodes[0].In = 25 }, node: []int32{0, 1}, seconds: 3, moved: 100,
		},
		"the more urgent goes first, three on two cores": {
			tasks: []schedule.Task{task(5), task(5), task(1)}, node: []int32{0, 0, 0}, order: []int32{2, 1, 0}, seconds: 6,
		},
		"a task waits for another without data": {
			tasks: []schedule.Task{task(5), {Seconds: 1, Cores: 1, After: []int32{0}}}, node: []int32{0, 1}, seconds: 6,
		},
		"the next that fits in memory goes first": {
			tasks: []schedule.Task{
				{Seconds: 2, Cores: 1, Memory: 6}, {Seconds: 2, Cores: 1, Memory: 6}, {Seconds: 1, Cores: 1, Memory: 2},
			},
			change: func(c *schedule.Cluster) { c.Nodes[0].Memory = 8 }, node: []int32{0, 0, 0}, seconds: 4,
		},
		"a wide task waits for all of its cores": {
			tasks: []schedule.Task{task(3), {Seconds: 1, Cores: 2}}, node: []int32{0, 0}, seconds: 4,
		},
		"a task without cores waits for none": {
			tasks: []schedule.Task{task(3), task(3), {Seconds: 1}, {Seconds: 1, Cores: 2, After: []int32{2}}},
			node:  []int32{0, 0, 0, 1}, order: []int32{0, 1, 2, 3}, seconds: 3,
		},
		"a slower node takes longer": {
			tasks:  []schedule.Task{task(3)},
			change: func(c *schedule.Cluster) { c.Nodes[1].Speed = 0.5 }, node: []int32{1}, seconds: 6,
		},
		"cold at first, warm for the next of the kind": {
			tasks:  []schedule.Task{task(1), {Seconds: 1, Cores: 1, After: []int32{0}}},
			change: func(c *schedule.Cluster) { c.ColdStart = 10 }, node: []int32{0, 0}, seconds: 10 + 1 + 1,
		},
		"an input that lies on a node need not be read from storage": {
			tasks: []schedule.Task{reading(task(1), 0)},
			files: []schedule.File{{Bytes: 500, Maker: schedule.NoMaker, At: 1}}, node: []int32{1}, seconds: 1,
		},
		"nothing to send takes but its latency": {
			tasks: []schedule.Task{making(task(3), 0), reading(task(4), 0)},
			files: []schedule.File{madeBy(0, 0)}, node: []int32{0, 1}, seconds: 3 + 1 + 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster := twoNodes()
			if c.change != nil {
				c.change(&cluster)
			}
			if c.order == nil {
				for i := range c.tasks {
					c.order = append(c.order, int32(i))
				}
			}
			r, _, err := schedule.Simulate(schedule.Graph{Tasks: c.tasks, Files: c.files}, cluster, schedule.Plan{Node: c.node, Order: c.order})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(r.Seconds-c.seconds) > 1e-9 || r.Moved() != c.moved {
				t.Errorf("took %g s and moved %g bytes, want %g s and %g bytes", r.Seconds, r.Moved(), c.seconds, c.moved)
			}
		})
	}
}

func TestAGraphThatCannotBePlanned(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		g schedule.Graph
		c schedule.Cluster
	}{
		"a cycle":                  {schedule.Graph{Tasks: []schedule.Task{{After: []int32{1}}, {After: []int32{0}}}}, twoNodes()},
		"no node":                  {schedule.Graph{Tasks: []schedule.Task{task(1)}}, schedule.Cluster{}},
		"too many cores":           {schedule.Graph{Tasks: []schedule.Task{{Cores: 3}}}, twoNodes()},
		"hosts that are not there": {schedule.Graph{Tasks: []schedule.Task{{Hosts: []bool{false, false}}}}, twoNodes()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := schedule.Make(c.g, c.c, schedule.Balanced()); err == nil {
				t.Error("it was planned")
			}
		})
	}
}
