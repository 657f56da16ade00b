package placement_test

import (
	"strings"
	"testing"

	"example.org/weft/placement"
)

func TestModesReadWhatTheyWrite(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"data", "store", "round-robin", "earliest-start", "random:0", "random:18446744073709551615"} {
		if got := mode(t, text).String(); got != text {
			t.Errorf("%s is written as %s", text, got)
		}
	}
	if (mode(t, "") != placement.Mode{}) || (mode(t, "data") != placement.Mode{}) {
		t.Error("neither the empty mode nor data is the zero Mode")
	}
}

func TestUnknownModesAreRefusedWithWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Data":      "want data, store, round-robin, earliest-start or random:SEED",
		"data:1":    "want data, store, round-robin, earliest-start or random:SEED",
		"random":    "want a seed, as in random:7",
		"random:-1": "the seed must be a whole number from 0 on, as in random:7",
	} {
		if _, err := placement.ParseMode(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// nodesOf returns where 400 tasks go, one after the other.
func nodesOf(t *testing.T, m placement.Mode) map[string]int {
	t.Helper()
	s := cluster(4, "n1")
	count := map[string]int{}
	for turn := range uint64(400) {
		s.Turn = turn
		d, err := placement.Choose(m, 0.05, s, reading(1*mb))
		if err != nil {
			t.Fatal(err)
		}
		count[d.Node]++
	}
	return count
}

func TestRoundRobinAndRandomUseAllNodes(t *testing.T) {
	t.Parallel()
	for node, n := range nodesOf(t, mode(t, "round-robin")) {
		if n != 100 {
			t.Errorf("round-robin gave %s %d of 400 tasks", node, n)
		}
	}
	for node, n := range nodesOf(t, mode(t, "random:7")) {
		if n < 60 || n > 140 {
			t.Errorf("random gave %s %d of 400 tasks", node, n)
		}
	}
}

func TestEarliestStartCountsTimeAloneAndStoreOnlyRoom(t *testing.T) {
	t.Parallel()
	s := cluster(2, "n1")
	s.Nodes[0].Wait, s.Nodes[0].FreeCPU = 0.79, 0
	for text, want := range map[string]string{"data": "n1", "earliest-start": "n1", "store": "n2"} {
		// Fetching takes 0.8 s, waiting 0.79: that much sooner is n1.
		d, err := placement.Choose(mode(t, text), 0.05, s, reading(100*mb))
		if err != nil || d.Node != want {
			t.Errorf("%s chose %s (%s), %v, want %s", text, d.Node, d.Reason, err, want)
		}
	}
	s.Nodes[0].Wait = 0.81
	for text, want := range map[string]string{"data": "n1", "earliest-start": "n2"} {
		d, err := placement.Choose(mode(t, text), 0.05, s, reading(100*mb))
		if err != nil || d.Node != want {
			t.Errorf("%s chose %s (%s), %v, want %s", text, d.Node, d.Reason, err, want)
		}
	}
}
