package placement_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"example.org/weft/object"
	"example.org/weft/placement"
)

const mb = 1_000_000

// cluster is n idle nodes of two cores and 8 GB, n1 to nN, of which holders
// have every object.
func cluster(n int, holders ...string) placement.Snapshot {
	s := placement.Snapshot{
		Bandwidth: 125 * mb,
		Holds: func(node string, _ object.ID) bool {
			return slices.Contains(holders, node)
		},
	}
	for i := range n {
		s.Nodes = append(s.Nodes, placement.Node{
			ID: fmt.Sprintf("n%d", i+1), CPU: 2, FreeCPU: 2, Memory: 8000 * mb, FreeMem: 8000 * mb,
		})
	}
	return s
}

func reading(bytes int64) placement.Task {
	return placement.Task{
		CPU: 1, RunTime: 1, Inputs: []object.Ref{{ID: object.Mint("run/a/1@1", "x"), Size: bytes}},
	}
}

func mode(t *testing.T, text string) placement.Mode {
	t.Helper()
	m, err := placement.ParseMode(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func choose(t *testing.T, s placement.Snapshot, task placement.Task) placement.Decision {
	t.Helper()
	d, err := placement.Choose(placement.Mode{}, 0.05, s, task)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDataGoesWhereTheBytesAre(t *testing.T) {
	t.Parallel()
	d := choose(t, cluster(3, "n2"), reading(4300000))
	if want := "n2: holds all 4.3 MB; next n1 would need 4.3 MB"; d.Node != "n2" || d.Missing != 0 || d.Reason != want {
		t.Errorf("got %s, %d bytes, %q, want n2, 0, %q", d.Node, d.Missing, d.Reason, want)
	}
}

func TestDataLeavesABusyNodeWhenThatIsSooner(t *testing.T) {
	t.Parallel()
	s := cluster(2, "n1")
	s.Nodes[0].FreeCPU, s.Nodes[0].Wait = 0, 10
	if d := choose(t, s, reading(100*mb)); d.Node != "n2" || d.Missing != 100*mb {
		t.Errorf("went to %s (%s), want n2: fetching takes 0.8 s, waiting 10", d.Node, d.Reason)
	}
	s.Nodes[0].Wait = 0.4
	if d := choose(t, s, reading(100*mb)); d.Node != "n1" {
		t.Errorf("went to %s (%s), want n1: fetching takes 0.8 s, waiting 0.4", d.Node, d.Reason)
	}
}

func TestTasksOfUnknownRunTimeSpreadOverTheNodes(t *testing.T) {
	t.Parallel()
	s := cluster(4, "n1")
	task := reading(5 * mb)
	task.RunTime = 0
	count := map[string]int{}
	for range 8 {
		d := choose(t, s, task)
		count[d.Node]++
		for i := range s.Nodes {
			if s.Nodes[i].ID == d.Node {
				s.Nodes[i].FreeCPU--
			}
		}
	}
	for _, n := range s.Nodes {
		if count[n.ID] != 2 {
			t.Errorf("%s got %d of 8 tasks, want 2 of its 2 cores: %v", n.ID, count[n.ID], count)
		}
	}
}

func TestAGroupStaysHomeForWhatItMakes(t *testing.T) {
	t.Parallel()
	task := placement.Task{CPU: 1, RunTime: 1, Group: "left", Home: "n3", Keep: 50 * mb}
	d := choose(t, cluster(4), task)
	if want := "n3: its group works there, it reads no objects; next n1 would need 0 B and its group later 50 MB"; d.Reason != want {
		t.Errorf("got %q, want %q", d.Reason, want)
	}
	s := cluster(4)
	s.Nodes[2].Wait, s.Nodes[2].FreeCPU = 5, 0
	if d := choose(t, s, task); d.Node != "n1" {
		t.Errorf("waits for %s: a group is worth its 0.4 s of transfer, not 5 s (%s)", d.Node, d.Reason)
	}
}

func TestATaskGoesWhereThePlanHasItWhileItNeedNotWaitLonger(t *testing.T) {
	t.Parallel()
	s := cluster(3, "n1")
	task := reading(5 * mb)
	task.Advised, task.Patience = "n3", 2
	s.Nodes[2].FreeCPU, s.Nodes[2].Wait = 0, 1.5
	if d := choose(t, s, task); d.Node != "n3" || !strings.Contains(d.Reason, "the plan has it there") {
		t.Errorf("went to %s (%s), want n3: 1.5 s is what it may wait", d.Node, d.Reason)
	}
	s.Nodes[2].Wait = 2.5
	if d := choose(t, s, task); d.Node != "n1" {
		t.Errorf("went to %s (%s), want n1, which is idle and has the bytes: n3 is later than planned", d.Node, d.Reason)
	}
	s.Nodes[2].Wait, s.Nodes[2].Draining = 0, true
	if d := choose(t, s, task); d.Node != "n1" {
		t.Errorf("went to %s (%s), want n1: n3 takes nothing more", d.Node, d.Reason)
	}
}

func TestAGroupLeavesHomeOnlyForAnIdleNode(t *testing.T) {
	t.Parallel()
	s := cluster(3, "n1")
	for i, queued := range []float64{5, 1, 2} {
		s.Nodes[i].FreeCPU = -queued
	}
	task := reading(5 * mb)
	task.Group, task.Home, task.Keep = "left", "n1", 50*mb
	if d := choose(t, s, task); d.Node != "n1" {
		t.Errorf("went to %s (%s), want n1: the queue of n2 is shorter, but n2 is busy", d.Node, d.Reason)
	}
	s.Nodes[2].FreeCPU = 1
	if d := choose(t, s, task); d.Node != "n3" {
		t.Errorf("went to %s (%s), want n3, which has nothing else to do", d.Node, d.Reason)
	}
}

func TestAChainIsCutOnlyWhenItMustBe(t *testing.T) {
	t.Parallel()
	s := cluster(3, "n2")
	s.Nodes[1].Wait, s.Nodes[1].FreeCPU = 100, -5
	task := reading(3 * mb)
	task.Chain, task.Home = true, "n2"
	if d := choose(t, s, task); d.Node != "n2" || !strings.Contains(d.Reason, "its chain runs there") {
		t.Errorf("got %s (%s), want n2", d.Node, d.Reason)
	}
	s.Nodes[1].Draining = true
	if d := choose(t, s, task); d.Node != "n1" || !strings.Contains(d.Reason, "its chain is cut: n2 cannot take it") {
		t.Errorf("got %s (%s), want n1 and that the chain is cut", d.Node, d.Reason)
	}
}

func TestNodesOfLostAttemptsAreTakenLast(t *testing.T) {
	t.Parallel()
	task := reading(3 * mb)
	task.Avoid = []string{"n1"}
	if d := choose(t, cluster(2, "n1"), task); d.Node != "n2" {
		t.Errorf("got %s (%s), want n2", d.Node, d.Reason)
	}
	if d := choose(t, cluster(1, "n1"), task); d.Node != "n1" || !strings.Contains(d.Reason, "earlier attempts were lost there") {
		t.Errorf("got %s (%s), want n1, since there is no other", d.Node, d.Reason)
	}
}

func TestErrorsSayWhatNoNodeHas(t *testing.T) {
	t.Parallel()
	draining := cluster(2)
	draining.Nodes[0].Draining, draining.Nodes[1].Draining = true, true
	bare := cluster(2)
	bare.Nodes[0].Programs, bare.Nodes[1].Programs = map[string]bool{"ffmpeg": true}, map[string]bool{}
	for name, c := range map[string]struct {
		s    placement.Snapshot
		t    placement.Task
		is   error
		text string
	}{
		"memory":   {cluster(2), placement.Task{Memory: 9000 * mb}, placement.ErrNoNode, "it wants 9.0 GB of memory, the largest node has 8.0 GB"},
		"cores":    {cluster(2), placement.Task{CPU: 3}, placement.ErrNoNode, "it wants 3 cores, the largest node has 2"},
		"program":  {bare, placement.Task{Requires: []string{"ffmpeg", "vpxenc"}}, placement.ErrNoNode, "no node has the program vpxenc"},
		"nobody":   {placement.Snapshot{}, placement.Task{}, placement.ErrNoNode, "there is no node"},
		"draining": {draining, placement.Task{}, placement.ErrNotNow, "every node that could is draining (2 of 2)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := placement.Choose(placement.Mode{}, 0.05, c.s, c.t)
			if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, want %v with %q", err, c.is, c.text)
			}
		})
	}
}
