package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/server/api"
)

// mixed is a workflow of pure functions and others, with files, folders, lists
// and values too large to stand inline. Each function calls uname last of all,
// which the witness stands for. They copy by the shell alone: what the kernel
// copies itself is not in a trace.
const mixed = `
version: 1
name: mixed
inputs: { given: { type: file } }
functions:
  seed:
    pure: true
    inputs: { n: { type: int } }
    outputs: { file: { type: file } }
    run: |
      echo "seed ${{ inputs.n }}" > "${{ outputs.file }}"
      uname > uname.txt
  link:
    inputs: { given: { type: file }, seed: { type: file }, before: { type: "file?" } }
    outputs: { file: { type: file } }
    run: |
      before="${{ inputs.before }}"
      { if [ -n "$before" ]; then echo "$(<"$before")"; fi
        echo "$(<"${{ inputs.given }}") $(<"${{ inputs.seed }}")"; } > "${{ outputs.file }}"
      uname > uname.txt
  many:
    outputs: { files: { type: "file[]", path: "part-*" }, tree: { type: dir }, long: { type: "string[]" } }
    run: |
      mkdir "${{ outputs.tree }}" "${{ outputs.tree }}/deep"
      echo leaf > "${{ outputs.tree }}/deep/leaf"
      for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "part $i" > part-$i; done
      printf '{"long": ["' > "$WEFT_OUTPUT"
      printf 'long %06d ' {1..4000} >> "$WEFT_OUTPUT"
      printf '"]}' >> "$WEFT_OUTPUT"
      uname > uname.txt
  end:
    pure: true
    inputs: { links: { type: "file[]" }, tree: { type: dir }, parts: { type: "file[]" }, long: { type: "string[]" } }
    outputs: { file: { type: file } }
    run: |
      for f in ${{ inputs.links }} ${{ inputs.parts }}; do echo "$(<"$f")"; done > "${{ outputs.file }}"
      echo "$(<"${{ inputs.tree }}/deep/leaf")" >> "${{ outputs.file }}"
      text=$(<"$WEFT_INPUT")
      if [[ $text == *"long 004000"* ]]; then echo "the long text"; fi >> "${{ outputs.file }}"
      uname > uname.txt
steps:
  seed:
    uses: seed
    foreach: { in: "${{ range(6) }}", as: n }
    with: { n: "${{ n }}" }
  link:
    uses: link
    foreach: { in: "${{ steps.seed.outputs }}", as: s, index: i }
    with:
      given: "${{ inputs.given }}"
      seed: "${{ s.file }}"
      before: "${{ i == 0 ? null : steps.link.outputs[i - 1].file }}"
  many: { uses: many, needs: [link] } # last: its objects are so many that the whole file system is flushed
  end:
    uses: end
    with:
      links: "${{ steps.link.outputs.map(l, l.file) }}"
      tree: "${{ steps.many.outputs.tree }}"
      parts: "${{ steps.many.outputs.files }}"
      long: "${{ steps.many.outputs.long }}"
outputs: { file: "${{ steps.end.outputs.file }}" }
`

// A recording is one run as the system calls of its server and functions.
type recording struct {
	program *dsl.Program
	dir     string // that the server was given
	calls   []call
	times   map[int]time.Time // of change, by inode
	run     executor.RunID
	given   string // object id of the input
	output  []byte

	uploaded, accepted int // lines at which the answers to the client began
}

// TestALossOfPowerLosesNothing records one run, rebuilds the disk as a loss of
// power at many moments would leave it (see disk), and serves what is left, as
// after a new boot.
func TestALossOfPowerLosesNothing(t *testing.T) {
	t.Parallel()
	r := record(t)
	const cuts = 28
	from := slices.IndexFunc(r.calls, func(c call) bool { return c.end >= r.uploaded })
	for n := range cuts {
		rng := rand.New(rand.NewPCG(uint64(n), 1)) //nolint:gosec // drawn by seed
		span := len(r.calls) - from
		at := from + n*span/cuts + rng.IntN(span/cuts+1)
		kept := []luck{noLuck, allLuck, drawn(rng), drawn(rng)}[n%4]
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r.cut(t, at, kept)
		})
	}
}

// record makes a run under strace, and checks that the disk knows all that
// happened: at the end it must be what is really there.
func record(t *testing.T) *recording {
	t.Helper()
	program, _, err := dsl.Compile("mixed.yaml", []byte(mixed))
	if err != nil {
		t.Fatal(err)
	}
	base := t.TempDir()
	r := &recording{program: program, dir: filepath.Join(base, "data"), times: map[int]time.Time{}}
	given := filepath.Join(base, "given")
	if err := os.WriteFile(given, []byte("given\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newWitness(t, "uname")
	cmd := weft(t.Context(), serveArgs(r.dir)...)
	cmd.Env = append(cmd.Env, w.env())
	strace(t, cmd, filepath.Join(base, "trace"))
	cmd, c := started(t, cmd)
	s := submission{inputs: inputFlags{pairs: []string{"given=" + given}}, placement: "data"}
	run, err := s.start(t.Context(), c, program, []byte(mixed))
	if err != nil {
		t.Fatal(err)
	}
	r.run, r.output = run.ID, outputFileOf(t, c, run.ID)
	r.given = givenObject(t, c, run.ID)
	terminate(t, r.dir, cmd)
	if r.calls, err = readTrace(filepath.Join(base, "trace")); err != nil {
		t.Fatal(err)
	}
	r.uploaded, r.accepted = r.answer(t, r.given), r.answer(t, string(r.run))
	r.compare(t)
	return r
}

// answer returns where the server began to tell the client of an id.
func (r *recording) answer(t *testing.T, id string) int {
	t.Helper()
	for _, c := range r.calls {
		if c.name == "write" && bytes.HasPrefix(text(c.args[1]), []byte("HTTP/1.1 201")) && bytes.Contains(text(c.args[1]), []byte(id)) {
			return c.begin
		}
	}
	t.Fatalf("no answer with %s in the trace", id)
	return 0
}

// givenObject returns the object that was given for the run's input.
func givenObject(t *testing.T, c *client, id executor.RunID) string {
	t.Helper()
	run := new(api.Run)
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		t.Fatal(err)
	}
	given, ok := run.Inputs["given"].(map[string]any)
	object, isText := given["object"].(string)
	if !ok || !isText {
		t.Fatalf("the inputs are %v", run.Inputs)
	}
	return object
}

// terminate ends the server of a folder in good order, whoever is its parent.
func terminate(t *testing.T, dir string, cmd *exec.Cmd) {
	t.Helper()
	lock, err := os.ReadFile(filepath.Join(dir, "journal.lock"))
	if err != nil {
		t.Fatal(err)
	}
	var holder struct {
		PID int `json:"pid"`
	}
	if err := json.Unmarshal(lock, &holder); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(holder.PID, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// at returns the disk as programs saw it after the first n calls.
func (r *recording) at(t *testing.T, n int) *disk {
	t.Helper()
	d := newDisk(r.dir)
	for _, c := range r.calls[:n] {
		if err := d.replay(c); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// compare fails the test if the recorded disk is not the real one, and notes
// when its files were changed.
func (r *recording) compare(t *testing.T) {
	t.Helper()
	d := r.at(t, len(r.calls))
	real := map[string]bool{}
	err := filepath.WalkDir(r.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !d.holds(path) {
			return err
		}
		real[path] = true
		n := d.find(path)
		if n == nil || n.folder != e.IsDir() {
			return fmt.Errorf("%s is not in the recording", path)
		}
		if e.IsDir() {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		r.times[n.number] = info.ModTime()
		data, err := os.ReadFile(path)
		if !bytes.Equal(data, n.data) {
			return fmt.Errorf("%s is not as recorded: %d bytes, not %d", path, len(n.data), len(data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for path := range d.all() {
		if !real[path] {
			t.Fatalf("%s is in the recording, but not there", path)
		}
	}
}

// all yields the paths on the disk as programs see it.
func (d *disk) all() map[string]*inode {
	found := map[string]*inode{}
	var visit func(path string, n *inode)
	visit = func(path string, n *inode) {
		for name, child := range n.names {
			found[path+"/"+name] = child
			visit(path+"/"+name, child)
		}
	}
	visit(filepath.Dir(d.path), d.root)
	return found
}

// cut loses the power after n calls, and serves what is left.
func (r *recording) cut(t *testing.T, n int, kept luck) {
	t.Helper()
	image := filepath.Join(t.TempDir(), "image")
	rescued := rescue{luck: kept, times: r.times, made: map[*inode]string{}}
	if err := rescued.folder(r.at(t, n).root, image); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(image, filepath.Base(r.dir))
	reboot(t, dir)
	line := r.calls[n-1].end
	facts := left(t, dir, r.run)
	if facts == nil {
		if line >= r.accepted {
			t.Fatal("the run was accepted, and is not there")
		}
		return
	}
	r.checkSent(t, n, facts)

	w := newWitness(t, "uname")
	cmd, c := serveWith(t, dir, w.env())
	if got := fetchObject(t, c, r.given); string(got) != "given\n" {
		t.Errorf("the uploaded file is %q", got)
	}
	if got := outputFileOf(t, c, r.run); !bytes.Equal(got, r.output) {
		t.Errorf("the output is %q, want %q", got, r.output)
	}
	stop(t, cmd)
	r.checkRepeated(t, w.seen(t), facts)
}

// reboot makes all that was not synced that of an earlier boot.
func reboot(t *testing.T, dir string) {
	t.Helper()
	boots, err := filepath.Glob(dir + "/nodes/*/objects/boot/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, boot := range boots {
		if err := os.Rename(boot, filepath.Join(filepath.Dir(boot), "before")); err != nil {
			t.Fatal(err)
		}
	}
}

// left returns what the journal says of the run; nil when it has no such run.
func left(t *testing.T, dir string, run executor.RunID) []executor.Fact {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	rows, err := db.Runs(t.Context(), journal.Filter{ID: run, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 {
		return nil
	}
	records, err := db.Read(t.Context(), run, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	facts := []executor.Fact{}
	for _, rec := range records {
		facts = append(facts, rec.Fact)
	}
	return facts
}

// checkSent looks whether everything that a function had done by then follows
// from what is left of the journal: nothing leaves before the records that led
// to it are durable.
func (r *recording) checkSent(t *testing.T, n int, facts []executor.Fact) {
	t.Helper()
	placed := map[sight]bool{}
	for _, f := range facts {
		if p, ok := f.(executor.Placed); ok {
			placed[sight{task: p.Task, attempt: p.Attempt, program: "uname"}] = true
		}
	}
	for _, c := range r.calls[:n] {
		if c.name != "write" || !strings.HasSuffix(file(c.args[0]), "/seen") {
			continue
		}
		var s sight
		if _, err := fmt.Sscan(string(text(c.args[1])), &s.task, &s.attempt, &s.program); err != nil {
			t.Fatal(err)
		}
		if !placed[s] {
			t.Errorf("attempt %d of %s ran, and the journal does not know of it", s.attempt, s.task)
		}
	}
}

// checkRepeated looks whether something ran again that may not.
func (r *recording) checkRepeated(t *testing.T, seen map[sight]int, facts []executor.Fact) {
	t.Helper()
	done := map[executor.TaskID]bool{}
	for _, f := range facts {
		if s, ok := f.(executor.Succeeded); ok {
			done[s.Task] = true
		}
	}
	ran := map[executor.TaskID]bool{}
	for s := range seen {
		ran[s.task] = true
		if step, _, _ := strings.Cut(string(s.task), "["); done[s.task] && !r.pure(step) {
			t.Errorf("%s had succeeded, and ran again", s.task)
		}
	}
	if len(done)+len(ran) < 14 {
		t.Errorf("of 14 tasks %v had succeeded and %v ran", slices.Sorted(maps.Keys(done)), slices.Sorted(maps.Keys(ran)))
	}
}

func (r *recording) pure(step string) bool {
	for i := range r.program.Steps {
		if r.program.Steps[i].Name == step {
			return r.program.FunctionOf(i).Pure
		}
	}
	return false
}

func fetchObject(t *testing.T, c *client, id string) []byte {
	t.Helper()
	resp, err := c.send(t.Context(), request{method: http.MethodGet, path: "/objects/" + id})
	if err != nil {
		t.Error(err)
		return nil
	}
	got, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}
