package dag_test

import (
	"strings"
	"testing"

	"example.org/weft/planner/dag"
	"example.org/weft/planner/schedule"
)

const (
	oneNode = `"cluster": {"schema": "wfcluster/1", "storage_out_Bps": 10,
		"nodes": [{"id": "n", "cores": 1, "nic_in_Bps": 10, "nic_out_Bps": 10, "warm": {"b": 2}}]}`
	twoTasks = `"instance": {"schema": "wfdag/1",
		"tasks": [{"id": "x", "kind": "a", "runtime_s": 1, "inputs": ["f", "f"], "outputs": ["g"]},
			{"id": "y", "kind": "b", "runtime_s": 2, "memory_bytes": 5, "inputs": ["g"], "outputs": [], "after": ["x"]}],
		"files": [{"id": "f", "size_bytes": 20}, {"id": "g", "size_bytes": 30}]}`
)

func TestParseAndPlan(t *testing.T) {
	t.Parallel()
	p, err := dag.Parse([]byte("{" + twoTasks + "," + oneNode + "}"))
	if err != nil {
		t.Fatal(err)
	}
	y := p.Graph.Tasks[1]
	if len(p.Graph.Tasks[0].Reads) != 1 || p.Graph.Files[1].Maker != 0 || y.After[0] != 0 || y.Memory != 5 || y.Kind != 1 {
		t.Errorf("read %+v", p.Graph)
	}
	if n := p.Cluster.Nodes[0]; n.Speed != 1 || p.Cluster.FetchSlots != 4 || n.Warm[0] != 0 || n.Warm[1] != 2 {
		t.Errorf("read %+v", p.Cluster)
	}
	text, err := p.WritePlan(schedule.Plan{Node: []int32{0, 0}, Order: []int32{0, 1}})
	want := `{"schema":"wfplan/1","placements":[{"task":"x","node":"n","priority":0},{"task":"y","node":"n","priority":1}]}`
	if err != nil || string(text) != want {
		t.Errorf("wrote %s (%v), want %s", text, err, want)
	}
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	change := func(old, with string) string {
		return strings.ReplaceAll("{"+twoTasks+","+oneNode+"}", old, with)
	}
	for text, want := range map[string]string{
		"":                               "cannot read the workflow",
		"{" + twoTasks + "}":             "wfcluster/1",
		change("wfdag/1", "wfdag/2"):     `schema "wfdag/2", want wfdag/1`,
		change("wfcluster/1", "other"):   `schema "other", want wfcluster/1`,
		change(`"id": "g"`, `"id": "f"`): `file "f" is there twice`,
		change(`"id": "y"`, `"id": "x"`): `task "x" is there twice`,
		change(`["g"], "outputs": []`, `["h"], "outputs": []`):  `task "y": there is no file "h"`,
		change(`["x"]`, `["z"]`):                                `task "y": there is no task "z"`,
		change(`"outputs": []`, `"outputs": ["g"]`):             `task "y": file "g" is made by another task too`,
		change(`"runtime_s": 2`, `"runtime_s": -2`):             `task "y": runtime_s`,
		change(`"cores": 1`, `"cores": 0`):                      `node "n": cores`,
		change(`"storage_out_Bps": 10`, `"storage_out_Bps": 0`): `storage_out_Bps`,
		change(`"size_bytes": 20`, `"size_bytes": -20`):         `file "f": size_bytes`,
	} {
		if _, err := dag.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}
