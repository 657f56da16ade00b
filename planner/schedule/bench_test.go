package schedule_test

import (
	"fmt"
	"testing"

	"example.org/weft/planner/schedule"
)

// mosaic is the shape that many scientific workflows have: each of many tasks
// reads an input of its own, neighbours are compared, all comparisons are
// gathered, and what was gathered is applied to each.
func mosaic(tasks int) schedule.Graph {
	var g schedule.Graph
	wide := max(1, tasks/3)
	add := func(kind int, seconds, bytes float64, reads ...int32) int32 {
		made := int32(len(g.Files))
		g.Files = append(g.Files, madeBy(int32(len(g.Tasks)), bytes))
		g.Tasks = append(g.Tasks, schedule.Task{Seconds: seconds, Cores: 1, Kind: kind, Reads: reads, Makes: []int32{made}})
		return made
	}
	var projected, compared []int32
	for i := range wide {
		in := int32(len(g.Files))
		g.Files = append(g.Files, stored(4e6))
		projected = append(projected, add(0, 10+float64(i%7), 8e6, in))
	}
	for i := range wide {
		compared = append(compared, add(1, 2+float64(i%3), 1e5, projected[i], projected[(i+1)%wide]))
	}
	gathered := add(2, 5, 1e5, compared...)
	for i := range wide {
		add(3, 3, 8e6, projected[i], gathered)
	}
	return g
}

func BenchmarkMake(b *testing.B) {
	for _, size := range []struct{ tasks, nodes int }{{100, 8}, {1000, 8}, {8000, 16}, {100_000, 16}} {
		b.Run(fmt.Sprintf("%d_tasks_on_%d_nodes", size.tasks, size.nodes), func(b *testing.B) {
			c := schedule.Cluster{Latency: 0.001, StorageLatency: 0.01, StorageBandwidth: 5e8, FetchSlots: 4}
			for range size.nodes {
				c.Nodes = append(c.Nodes, schedule.Node{Cores: 4, Speed: 1, In: 1.25e8, Out: 1.25e8})
			}
			g := mosaic(size.tasks)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := schedule.Make(g, c, schedule.Balanced()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
