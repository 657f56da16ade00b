package planner

import (
	"os"
	"reflect"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/planner/dag"
	"example.org/weft/planner/schedule"
)

// bothAsDAG is testdata/both.yaml with six tiles, as the tools that compare
// schedulers write it.
const bothAsDAG = `{
"instance": {"schema": "wfdag/1", "tasks": [
 {"id": "split", "kind": "split", "runtime_s": 2, "inputs": ["scan"], "outputs": ["t0", "t1", "t2", "t3", "t4", "t5"]},
 {"id": "clean[0]", "kind": "clean", "runtime_s": 5, "inputs": ["t0"], "outputs": ["i0"]},
 {"id": "clean[1]", "kind": "clean", "runtime_s": 5, "inputs": ["t1"], "outputs": ["i1"]},
 {"id": "clean[2]", "kind": "clean", "runtime_s": 5, "inputs": ["t2"], "outputs": ["i2"]},
 {"id": "clean[3]", "kind": "clean", "runtime_s": 5, "inputs": ["t3"], "outputs": ["i3"]},
 {"id": "clean[4]", "kind": "clean", "runtime_s": 5, "inputs": ["t4"], "outputs": ["i4"]},
 {"id": "clean[5]", "kind": "clean", "runtime_s": 5, "inputs": ["t5"], "outputs": ["i5"]},
 {"id": "merge", "kind": "merge", "runtime_s": 3, "inputs": ["i0", "i1", "i2", "i3", "i4", "i5"], "outputs": ["whole"]},
 {"id": "report", "kind": "report", "runtime_s": 1, "inputs": [], "outputs": ["text"], "after": ["merge"]}],
 "files": [{"id": "t0", "size_bytes": 10000000}, {"id": "t1", "size_bytes": 10000000}, {"id": "t2", "size_bytes": 10000000},
 {"id": "t3", "size_bytes": 10000000}, {"id": "t4", "size_bytes": 10000000}, {"id": "t5", "size_bytes": 10000000},
 {"id": "i0", "size_bytes": 4000000}, {"id": "i1", "size_bytes": 4000000}, {"id": "i2", "size_bytes": 4000000},
 {"id": "i3", "size_bytes": 4000000}, {"id": "i4", "size_bytes": 4000000}, {"id": "i5", "size_bytes": 4000000},
 {"id": "whole", "size_bytes": 20000000}, {"id": "text", "size_bytes": 100}, {"id": "scan", "size_bytes": 60000000}]},
"cluster": {"schema": "wfcluster/1", "latency_s": 0.001, "storage_latency_s": 0.01, "storage_out_Bps": 500e6, "fetch_slots": 4, "nodes": [
 {"id": "n1", "cores": 2, "nic_in_Bps": 125e6, "nic_out_Bps": 125e6}, {"id": "n2", "cores": 2, "nic_in_Bps": 125e6, "nic_out_Bps": 125e6},
 {"id": "n3", "cores": 2, "nic_in_Bps": 125e6, "nic_out_Bps": 125e6}]}}`

// both compiles testdata/both.yaml, with what past runs taught of it.
func both(t *testing.T) *model {
	t.Helper()
	src, err := os.ReadFile("testdata/both.yaml")
	if err != nil {
		t.Fatal(err)
	}
	program, _, err := dsl.Compile("both.yaml", src)
	if err != nil {
		t.Fatal(err)
	}
	var prof Profile
	for i := range program.Steps {
		s := &program.Steps[i]
		o := map[string]Observation{
			"split":  {Run: 2 * time.Second, InputBytes: 60e6, OutputBytes: map[string]int64{"tiles": 60e6}, Items: map[string]int{"tiles": 6}},
			"clean":  {Run: 5 * time.Second, InputBytes: 10e6, OutputBytes: map[string]int64{"image": 4e6}},
			"merge":  {Run: 3 * time.Second, InputBytes: 24e6, OutputBytes: map[string]int64{"whole": 20e6}},
			"report": {Run: time.Second, OutputBytes: map[string]int64{"text": 100}},
		}[s.Name]
		o.Function = program.Functions[s.Function].Digest
		prof = Learn(prof, o)
	}
	c := Cluster{Nodes: []Node{{ID: "n1", CPU: 2}, {ID: "n2", CPU: 2}, {ID: "n3", CPU: 2}}}.withDefaults()
	return newModel(program, Inputs{Bytes: map[string]int64{"scan": 60e6}}, prof, c)
}

func TestAWorkflowFileAndItsGraphGetTheSamePlan(t *testing.T) {
	t.Parallel()
	m := both(t)
	x := m.expand()
	given, err := dag.Parse([]byte(bothAsDAG))
	if err != nil {
		t.Fatal(err)
	}
	got, err := schedule.Make(x.graph, m.cluster.tasks(), schedule.Balanced())
	if err != nil {
		t.Fatal(err)
	}
	want, err := schedule.Make(given.Graph, given.Cluster, schedule.Balanced())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Plan, want.Plan) || got.Result != want.Result {
		t.Errorf("the file gets %v (%+v), the graph %v (%+v)", got.Plan, got.Result, want.Plan, want.Result)
	}
}

func TestAnAdviceCoversEveryItemOnce(t *testing.T) {
	t.Parallel()
	m := both(t)
	a := m.advise()
	if a == nil {
		t.Fatal("there is none, though all run times are known")
	}
	for i := range m.steps {
		next := 0
		s := StepPlan{Nodes: m.stretches(a[i], m.steps[i].tasks)}
		for _, stretch := range s.Nodes {
			if stretch.First != next || stretch.Last < stretch.First {
				t.Errorf("%s: %v", m.name(i), s.Nodes)
			}
			next = stretch.Last + 1
		}
		if next != m.steps[i].tasks {
			t.Errorf("%s: %v of %d tasks", m.name(i), s.Nodes, m.steps[i].tasks)
		}
		for item := range m.steps[i].tasks {
			if got, want := s.On(item).Node, m.cluster.Nodes[a[i][item].node].ID; got != want {
				t.Errorf("%s[%d] is on %s, want %s", m.name(i), item, got, want)
			}
		}
	}
}

func TestWhatIsGuessedGetsNoAdvice(t *testing.T) {
	t.Parallel()
	m := both(t)
	m.steps[1].runSource = Guess
	if m.advise() != nil {
		t.Error("there is advice for a step whose run time is a guess")
	}
}

// Samples are each cleaned and then compared with the next: which of them share
// a node decides how much moves, and no group can say so.
func TestAdviceIsTakenWhereItSavesBytes(t *testing.T) {
	t.Parallel()
	m := neighbours()
	plan, _, ungrouped := m.choose(m.findGroups(m.edges()))
	if plan.advice == nil {
		t.Fatal("the advice is not taken")
	}
	if f := m.simulate(plan, nil); f.moved >= ungrouped.moved {
		t.Errorf("%g bytes move with the advice, %g without", f.moved, ungrouped.moved)
	}
}

// neighbours is a model of a foreach whose items read their own and the next of
// another.
func neighbours() *model {
	file := dsl.Type{Kind: dsl.KindFile}
	p := &dsl.Program{Name: "neighbours", MaxSlowdown: 0.05}
	p.Inputs = []dsl.Field{{Name: "n", Type: dsl.Type{Kind: dsl.KindInt}}}
	p.Functions = []dsl.Function{
		{Name: "clean", Digest: "clean", Resources: dsl.Resources{CPU: 1}, Outputs: []dsl.Field{{Name: "x", Type: file}}},
		{Name: "compare", Digest: "compare", Resources: dsl.Resources{CPU: 1}, Inputs: []dsl.Field{{Name: "a", Type: file}, {Name: "b", Type: file}}},
	}
	p.Steps = []dsl.Step{
		{Name: "clean", Function: 0, Foreach: &dsl.Foreach{}, Reads: []dsl.Read{{Step: dsl.InputStep, Field: "n"}}},
		{Name: "compare", Function: 1, Foreach: &dsl.Foreach{}, Reads: []dsl.Read{
			{Step: 0, Field: "x", Binding: "a", Items: dsl.ItemAt},
			{Step: 0, Field: "x", Binding: "b", Items: dsl.ItemAt, Offset: 1},
		}},
	}
	var prof Profile
	prof = Learn(prof, Observation{Function: "clean", Run: time.Second, OutputBytes: map[string]int64{"x": 10e6}})
	prof = Learn(prof, Observation{Function: "compare", Run: time.Second, InputBytes: 20e6})
	c := Cluster{Nodes: []Node{{ID: "n1", CPU: 2}, {ID: "n2", CPU: 2}, {ID: "n3", CPU: 2}}}.withDefaults()
	return newModel(p, Inputs{Items: map[string]int{"n": 12}}, prof, c)
}
