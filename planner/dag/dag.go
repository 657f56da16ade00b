// Package dag reads workflows whose tasks are all known, and clusters, from
// the formats wfdag/1 and wfcluster/1, and writes plans of them as wfplan/1.
// Tools that compare schedulers exchange these.
package dag

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"example.org/weft/planner/schedule"
)

// A Problem is a workflow on a cluster, with the names that its tasks, files
// and nodes go by.
type Problem struct {
	Graph   schedule.Graph
	Cluster schedule.Cluster
	Tasks   []string // by index of the graph's task
	Nodes   []string // by index of the cluster's node
}

// The formats of what is read and written.
const (
	dagSchema     = "wfdag/1"
	clusterSchema = "wfcluster/1"
	planSchema    = "wfplan/1"
)

type instance struct {
	Schema string `json:"schema"`
	Tasks  []task `json:"tasks"`
	Files  []file `json:"files"`
}

type task struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind"`
	Runtime float64  `json:"runtime_s"`
	Memory  int64    `json:"memory_bytes"`
	Inputs  []string `json:"inputs"`
	Outputs []string `json:"outputs"`
	After   []string `json:"after"`
}

type file struct {
	ID   string  `json:"id"`
	Size float64 `json:"size_bytes"`
}

// Parse reads {"instance": wfdag/1, "cluster": wfcluster/1}.
func Parse(data []byte) (*Problem, error) {
	var in struct {
		Instance *instance `json:"instance"`
		Cluster  *cluster  `json:"cluster"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("cannot read the workflow: %w", err)
	}
	if in.Instance == nil || in.Cluster == nil {
		return nil, fmt.Errorf(`want {"instance": a workflow (%s), "cluster": nodes (%s)}`, dagSchema, clusterSchema)
	}
	p := &Problem{}
	kinds, err := p.readInstance(in.Instance)
	if err != nil {
		return nil, err
	}
	return p, p.readCluster(in.Cluster, kinds)
}

// names gives names numbers, in the order in which they come.
type names struct {
	what  string
	index map[string]int32
	list  []string
}

func newNames(what string, n int) *names { return &names{what: what, index: make(map[string]int32, n)} }

// add returns the number of a name. It is false if it had one before.
func (n *names) add(name string) (int32, bool) {
	if i, ok := n.index[name]; ok {
		return i, false
	}
	i := int32(len(n.list))
	n.index[name] = i
	n.list = append(n.list, name)
	return i, true
}

// addNew refuses a name that is there already.
func (n *names) addNew(name string) error {
	if _, ok := n.add(name); !ok {
		return fmt.Errorf("%s %q is there twice", n.what, name)
	}
	return nil
}

// find returns the numbers of names, each once.
func (n *names) find(list []string) ([]int32, error) {
	found := make([]int32, 0, len(list))
	for _, name := range list {
		i, ok := n.index[name]
		if !ok {
			return nil, fmt.Errorf("there is no %s %q", n.what, name)
		}
		found = append(found, i)
	}
	if len(found) > 1 {
		slices.Sort(found)
	}
	return slices.Compact(found), nil
}

// readInstance fills in the graph, and returns the kinds of tasks.
func (p *Problem) readInstance(in *instance) (kinds *names, err error) {
	if in.Schema != dagSchema {
		return nil, fmt.Errorf("the instance has schema %q, want %s", in.Schema, dagSchema)
	}
	files, tasks, kinds := newNames("file", len(in.Files)), newNames("task", len(in.Tasks)), newNames("kind", 0)
	for i := range in.Files {
		f := &in.Files[i]
		if err := files.addNew(f.ID); err != nil {
			return nil, err
		}
		if f.Size < 0 {
			return nil, fmt.Errorf("file %q: size_bytes must not be below 0", f.ID)
		}
		p.Graph.Files = append(p.Graph.Files, schedule.File{Bytes: f.Size, Maker: schedule.NoMaker, At: schedule.Storage})
	}
	for i := range in.Tasks {
		if err := tasks.addNew(in.Tasks[i].ID); err != nil {
			return nil, err
		}
	}
	p.Tasks = tasks.list
	for i := range in.Tasks {
		if err := p.readTask(&in.Tasks[i], files, tasks, kinds); err != nil {
			return nil, fmt.Errorf("task %q: %w", in.Tasks[i].ID, err)
		}
	}
	return kinds, nil
}

func (p *Problem) readTask(t *task, files, tasks, kinds *names) error {
	if t.Runtime < 0 || t.Memory < 0 {
		return errors.New("runtime_s and memory_bytes must not be below 0")
	}
	reads, err := files.find(t.Inputs)
	if err != nil {
		return err
	}
	makes, err := files.find(t.Outputs)
	if err != nil {
		return err
	}
	after, err := tasks.find(t.After)
	if err != nil {
		return err
	}
	for _, f := range makes {
		if p.Graph.Files[f].Maker != schedule.NoMaker {
			return fmt.Errorf("file %q is made by another task too", files.list[f])
		}
		p.Graph.Files[f].Maker = int32(len(p.Graph.Tasks))
	}
	kind, _ := kinds.add(t.Kind)
	p.Graph.Tasks = append(p.Graph.Tasks, schedule.Task{
		Seconds: t.Runtime, Cores: 1, Memory: t.Memory, Kind: int(kind),
		Reads: reads, Makes: makes, After: after,
	})
	return nil
}

// WritePlan returns a plan of the problem as wfplan/1.
func (p *Problem) WritePlan(plan schedule.Plan) ([]byte, error) {
	type placement struct {
		Task     string `json:"task"`
		Node     string `json:"node"`
		Priority int    `json:"priority"`
	}
	out := struct {
		Schema     string      `json:"schema"`
		Placements []placement `json:"placements"`
	}{Schema: planSchema, Placements: make([]placement, 0, len(plan.Order))}
	for i, t := range plan.Order {
		out.Placements = append(out.Placements, placement{p.Tasks[t], p.Nodes[plan.Node[t]], i})
	}
	return json.Marshal(out)
}
