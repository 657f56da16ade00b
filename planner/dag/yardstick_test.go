package dag_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.org/weft/planner/dag"
	"example.org/weft/planner/schedule"
)

// The yardstick has a simulator of its own, written by other hands. What ours
// says of plans of real workflows must be what that one says.
func TestTheSimulatorAgreesWithTheYardstick(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("WEFT_TESTDATA")
	if shared == "" {
		shared = "../../../shared"
	}
	if _, err := os.Stat(filepath.Join(shared, "yardstick")); err != nil {
		t.Skip("the yardstick is not there")
	}
	y := yardstick{dir: t.TempDir()}
	y.score = filepath.Join(y.dir, "wfscore")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", y.score, "./cmd/wfscore")
	build.Dir = filepath.Join(shared, "yardstick")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build it: %v\n%s", err, out)
	}
	for _, name := range []string{"ff-video", "mag", "sipht-60", "montage-dss-075d", "soykb-10fastq-10ch", "smrnaseq", "ff-cycles-50"} {
		for _, cell := range [][2]string{{"4", "0.1"}, {"8", "1"}, {"16", "10"}} {
			instance := filepath.Join(shared, "instances", name+".json.gz")
			cluster, err := exec.CommandContext(t.Context(), y.score, "-nodes", cell[0], "-nic", cell[1], "-emit-cluster").Output()
			if err != nil {
				t.Fatal(err)
			}
			choice, plan := planned(t, instance, cluster)
			seconds, moved := y.scored(t, instance, cluster, plan)
			if math.Abs(choice.Seconds/seconds-1) > 0.001 || math.Abs(choice.Moved()-moved) > 1 {
				t.Errorf("%s on %v: %g s and %g bytes, the yardstick says %g s and %g bytes",
					name, cell, choice.Seconds, choice.Moved(), seconds, moved)
			}
		}
	}
}

// planned is the plan of a packed instance on a cluster, also as wfplan/1.
func planned(t *testing.T, instance string, cluster []byte) (*schedule.Choice, []byte) {
	t.Helper()
	f, err := os.Open(instance)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	p, err := dag.Parse(bytes.Join([][]byte{[]byte(`{"instance":`), text, []byte(`,"cluster":`), cluster, []byte("}")}, nil))
	if err != nil {
		t.Fatal(err)
	}
	choice, err := schedule.Make(p.Graph, p.Cluster, schedule.Balanced())
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.WritePlan(choice.Plan)
	if err != nil {
		t.Fatal(err)
	}
	return choice, plan
}

// A yardstick is the program that scores plans, and a folder for what it reads.
type yardstick struct{ dir, score string }

func (y yardstick) scored(t *testing.T, instance string, cluster, plan []byte) (seconds, moved float64) {
	t.Helper()
	clusterFile, planFile := filepath.Join(y.dir, "cluster.json"), filepath.Join(y.dir, "plan.json")
	for file, text := range map[string][]byte{clusterFile: cluster, planFile: plan} {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), y.score, "-instance", instance, "-cluster", clusterFile, "-plan", planFile).Output()
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Result struct {
			Makespan float64 `json:"makespan_s"`
		} `json:"result"`
		Moved float64 `json:"moved_bytes"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatal(err)
	}
	return said.Result.Makespan, said.Moved
}
