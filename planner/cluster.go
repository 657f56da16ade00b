package planner

import (
	"math"
	"slices"

	"example.org/weft/dsl"
)

// A Cluster is the nodes that a plan is made for.
type Cluster struct {
	Nodes []Node `json:"nodes"` // none: one node of one core
	// Bandwidth between two nodes, and of a node's link to a bucket, in bytes
	// per second. 0 stands for DefaultBandwidth.
	Bandwidth float64 `json:"bandwidth"`
	// InputsAt is the node that holds the workflow's inputs. Empty: a bucket
	// does, and each node that reads one fetches it once.
	InputsAt string `json:"inputs_at,omitempty"`
}

// DefaultBandwidth is 1 Gbit/s in bytes per second.
const DefaultBandwidth = 125e6

// A Node is one machine of a cluster.
type Node struct {
	ID       string   `json:"id"`
	CPU      float64  `json:"cpu"`                // cores
	Memory   int64    `json:"memory,omitempty"`   // bytes; 0 is no limit
	Programs []string `json:"programs,omitempty"` // that it has; nil is unknown
}

func (c Cluster) withDefaults() Cluster {
	if len(c.Nodes) == 0 {
		c.Nodes = []Node{{ID: "n1", CPU: 1}}
	}
	if !(c.Bandwidth > 0) || math.IsInf(c.Bandwidth, 0) {
		c.Bandwidth = DefaultBandwidth
	}
	return c
}

// slots is how many one-core tasks the node runs at once.
func (n Node) slots() int { return min(max(1, int(n.CPU)), 4096) }

// hosts reports whether the node can ever run the function.
func (n Node) hosts(f *dsl.Function) bool {
	return f.Resources.CPU <= max(n.CPU, 1) && n.fits(f.Resources.Memory) && n.lacks(f.Requires) == ""
}

func (n Node) fits(memory int64) bool { return n.Memory == 0 || memory <= n.Memory }

// lacks returns the first of the programs that the node does not have.
func (n Node) lacks(programs []string) string {
	if n.Programs == nil {
		return ""
	}
	for _, p := range programs {
		if !slices.Contains(n.Programs, p) {
			return p
		}
	}
	return ""
}

// width is how many slots one task of the function occupies. A slot stands for
// one core and an equal share of the memory, so tasks whose slots fit on the
// node never exceed its memory together. A task that asks for less than a core
// is given a whole one.
func (n Node) width(r dsl.Resources) int {
	slots := n.slots()
	w := 0
	if r.CPU > 0 {
		w = int(math.Ceil(r.CPU))
	}
	if n.Memory > 0 && r.Memory > 0 {
		w = max(w, int(math.Ceil(float64(r.Memory)*float64(slots)/float64(n.Memory))))
	}
	return min(w, slots)
}

// cores is the number of slots of all nodes.
func (c Cluster) cores() int {
	total := 0
	for _, n := range c.Nodes {
		total += n.slots()
	}
	return total
}

// seconds is how long bytes take over one link.
func (c Cluster) seconds(bytes float64) float64 { return bytes / c.Bandwidth }
