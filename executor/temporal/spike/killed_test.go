package spike_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"example.org/weft/executor"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/temporal/spike"
)

// asNode is the variable that makes this test binary a node: its value is JSON
// of a nodeProcess.
const asNode = "WEFT_SPIKE_NODE"

type nodeProcess struct{ ID, Dir, Temporal, Namespace, Postgres string }

func TestMain(m *testing.M) {
	config := os.Getenv(asNode)
	if config == "" {
		os.Exit(m.Run())
	}
	if err := serveNode(config); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serveNode is a node until its standard input ends. On its standard output it
// says where others fetch objects from.
func serveNode(config string) error {
	var p nodeProcess
	if err := json.Unmarshal([]byte(config), &p); err != nil {
		return err
	}
	n, err := openNode(p.ID, p.Dir, nil)
	if err != nil {
		return err
	}
	db, err := postgres.Open(context.Background(), p.Postgres)
	if err != nil {
		return err
	}
	c, err := client.Dial(client.Options{HostPort: p.Temporal, Namespace: p.Namespace})
	if err != nil {
		return err
	}
	w := worker.New(c, spike.Queue(executor.NodeID(p.ID)), worker.Options{})
	w.RegisterActivity(&spike.Node{Local: n, Journal: db, Catalog: db})
	if err := w.Start(); err != nil {
		return err
	}
	fmt.Println(n.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// addProcess starts a node as a process of its own and returns what kills it.
func (w *world) addProcess(t *testing.T, id string) (kill func()) {
	t.Helper()
	config, err := json.Marshal(nodeProcess{
		id, t.TempDir(), w.server.GetFrontendHostPort(), w.server.GetDefaultNamespace(), w.url,
	})
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), asNode+"="+string(config))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe() // ends with this process
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	addr, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	w.add(holder{id, strings.TrimSpace(addr)})
	return func() {
		w.remove(id)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = stdin.Close()
	}
}

// TestALostNodesWorkIsDoneElsewhere kills the process of a node that has made
// one object and is at work on something else. Nobody tells the run: it finds
// out by the heartbeats that stay away, and by the object that nobody has.
func TestALostNodesWorkIsDoneElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kill := w.addProcess(t, "victim")
	in, witness, gate := w.gated(t, "gated.yaml")
	run := w.start(t, in)
	awaitText(t, witness, "waits")
	w.addNode(t, "heir")
	kill()
	open(t, gate)
	got := w.await(t, in, run)
	if plain(t, got.Outputs["text"]) != `"seven 7"` {
		t.Errorf("got %s", show(t, got))
	}
	kinds := w.kinds(t, in.Run)
	if !slices.Contains(kinds, "object_lost") || !slices.Contains(kinds, "attempt_lost") {
		t.Errorf("the facts are %v", kinds)
	}
	if have := read(t, witness); strings.Count(have, "made") != 2 {
		t.Errorf("the functions ran so: %q", have)
	}
}
