// Package bench measures what Weft costs beside what nobody can avoid: a commit
// of one row to Postgres, and a process. Every benchmark reports wall-clock time
// and processor time of all processes that it started, per step.
package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor/journal/postgres/pgtest"
)

const foreachItems, chainSteps = 1000, 100

func BenchmarkForeach(b *testing.B) {
	for _, f := range functions() {
		b.Run(f.name, func(b *testing.B) {
			runWeft(b, foreach(f.body), foreachItems)
		})
	}
}

func BenchmarkChain(b *testing.B) {
	for _, f := range functions() {
		b.Run(f.name, func(b *testing.B) {
			runWeft(b, chain(f.body), chainSteps)
		})
	}
}

// BenchmarkPostgresInsert is a transaction of one row on one connection, with
// the server's settings for durability printed beside it.
func BenchmarkPostgresInsert(b *testing.B) {
	conn, err := pgx.Connect(b.Context(), pgtest.URL(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close(b.Context()) })
	for _, setting := range []string{"fsync", "synchronous_commit"} {
		var value string
		if err := conn.QueryRow(b.Context(), "SHOW "+setting).Scan(&value); err != nil {
			b.Fatal(err)
		}
		b.Logf("%s=%s", setting, value)
	}
	if _, err := conn.Exec(b.Context(), "CREATE TABLE steps (id bigserial PRIMARY KEY, body text NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := conn.Exec(b.Context(), "INSERT INTO steps (body) VALUES ('done')"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkForkExec(b *testing.B) {
	var cpu time.Duration
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), "/bin/true")
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	b.ReportMetric(milliseconds(cpu)/float64(b.N), "child-cpu-ms/op")
}

// A function is what each step runs.
type function struct{ name, body string }

// functions returns one that is pure, so that records of many steps share a
// flush; one whose success is durable before the next step starts; and a process.
func functions() []function {
	return []function{
		{"pure-noop", "builtin: noop"},
		{"durable-noop", "builtin: sleep\n    with: { seconds: 0 }"},
		{"exec", "exec: [/bin/true]"},
	}
}

func foreach(body string) string {
	return fmt.Sprintf("version: 1\nname: foreach\nsteps:\n  each:\n    foreach: { in: \"${{ range(%d) }}\" }\n    %s\n",
		foreachItems, body)
}

func chain(body string) string {
	var b strings.Builder
	b.WriteString("version: 1\nname: chain\nsteps:\n")
	for i := range chainSteps {
		fmt.Fprintf(&b, "  s%d:\n    %s\n", i, body)
		if i > 0 {
			fmt.Fprintf(&b, "    needs: [s%d]\n", i-1)
		}
	}
	return b.String()
}

// runWeft runs a workflow of that many tasks with `weft run`, each time from an
// empty data folder. The time of the run is what Weft says; that of the process,
// with its start and end, is reported apart.
func runWeft(b *testing.B, workflow string, tasks int) {
	b.Helper()
	weft := buildWeft(b)
	file := filepath.Join(b.TempDir(), "workflow.yaml")
	if err := os.WriteFile(file, []byte(workflow), 0o600); err != nil {
		b.Fatal(err)
	}
	var ran float64
	var cpu time.Duration
	for b.Loop() {
		var out, said bytes.Buffer
		cmd := exec.CommandContext(b.Context(), weft, "run", file, "-o", "json", "--data", b.TempDir())
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Run(); err != nil {
			b.Fatalf("weft run: %v\n%s%s", err, out.Bytes(), said.Bytes())
		}
		var result struct {
			Status  string
			Seconds float64
		}
		if err := json.Unmarshal(out.Bytes(), &result); err != nil || result.Status != "succeeded" {
			b.Fatalf("weft run said %s (%v)", out.Bytes(), err)
		}
		ran += result.Seconds
		cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	steps := float64(b.N) * float64(tasks)
	b.ReportMetric(ran/float64(b.N), "run-s/op")
	b.ReportMetric(ran*1000/steps, "run-ms/step")
	b.ReportMetric(milliseconds(cpu)/steps, "cpu-ms/step")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// buildWeft returns the path of the program, built from the tree above.
func buildWeft(b *testing.B) string {
	b.Helper()
	path, err := built()
	if err != nil {
		b.Fatal(err)
	}
	return path
}

//nolint:gochecknoglobals // it is built once for all benchmarks
var built = sync.OnceValues(func() (string, error) {
	path, err := filepath.Abs("../.tools/weft-bench")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", path, "./cmd/weft") //nolint:noctx // it ends by itself
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("cannot build weft: %w\n%s", err, out)
	}
	return path, nil
})
