package node

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// A lab is a node with the functions of a workflow file.
type lab struct {
	*Node
	program *dsl.Program
	dir     string
	runs    int
}

// newLab opens a node. The functions are YAML, as they stand under functions:.
func newLab(t *testing.T, cfg Config, functions string) *lab {
	t.Helper()
	l := &lab{dir: cmp.Or(cfg.Dir, t.TempDir()), program: compile(t, functions)}
	cfg.Dir = l.dir
	if cfg.ID == "" {
		cfg.ID = "n1"
	}
	var err error
	if l.Node, err = Open(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// compile makes every function a step of its own, so that the file is whole.
func compile(t *testing.T, functions string) *dsl.Program {
	t.Helper()
	var b strings.Builder
	b.WriteString("version: 1\nname: lab\nfunctions:\n")
	b.WriteString(functions)
	b.WriteString("\nsteps:\n  unused: { builtin: noop }\n")
	p, _, err := dsl.Compile("lab.yaml", []byte(b.String()))
	if err != nil {
		t.Fatalf("%v in\n%s", err, &b)
	}
	return p
}

func (l *lab) function(t *testing.T, name string) *dsl.Function {
	t.Helper()
	for i := range l.program.Functions {
		if l.program.Functions[i].Name == name {
			return &l.program.Functions[i]
		}
	}
	t.Fatalf("no function %s", name)
	return nil
}

// invocation is the first attempt of a task of its own.
func (l *lab) invocation(t *testing.T, function string, inputs map[string]object.Value) Invocation {
	t.Helper()
	l.runs++
	from := map[string]string{}
	for name := range inputs {
		from[name] = "before"
	}
	return Invocation{
		Attempt:  executor.AttemptID{Run: "run_test", Task: executor.ItemTask(function, l.runs), N: 1, Epoch: 1},
		Function: l.function(t, function), Inputs: inputs, From: from,
	}
}

// invoke starts an attempt; facts come on the channel, which is never closed.
func (l *lab) invoke(inv Invocation) <-chan executor.Fact {
	facts := make(chan executor.Fact, 16)
	l.Invoke(inv, func(f executor.Fact) { facts <- f })
	return facts
}

// last returns the final fact.
func last(t *testing.T, facts <-chan executor.Fact) executor.Fact {
	t.Helper()
	for f := range facts {
		switch f.(type) {
		case executor.AttemptStarted, executor.ObjectLost:
		default:
			return f
		}
	}
	t.Fatal("no final fact")
	return nil
}

// succeed runs a function that must succeed.
func (l *lab) succeed(t *testing.T, function string, inputs map[string]object.Value) executor.Succeeded {
	t.Helper()
	f := last(t, l.invoke(l.invocation(t, function, inputs)))
	s, ok := f.(executor.Succeeded)
	if !ok {
		t.Fatalf("%s: got %s", function, show(f))
	}
	return s
}

// fail runs a function that must fail.
func (l *lab) fail(t *testing.T, function string, inputs map[string]object.Value) executor.Failed {
	t.Helper()
	f := last(t, l.invoke(l.invocation(t, function, inputs)))
	s, ok := f.(executor.Failed)
	if !ok {
		t.Fatalf("%s: got %s", function, show(f))
	}
	return s
}

func show(f executor.Fact) string {
	text, err := json.Marshal(f)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%T %s", f, text)
}

// upload keeps a file as a user would give it.
func (l *lab) upload(t *testing.T, name, content string) object.Value {
	t.Helper()
	id := object.Mint(t.Name(), name)
	info, err := l.Store().Create(t.Context(), id, false, strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return object.Value{File: &object.Ref{ID: id, Size: info.Size, Name: name}}
}

func (l *lab) content(t *testing.T, v object.Value) string {
	t.Helper()
	if v.File == nil {
		t.Fatalf("%+v is no file", v)
	}
	f, err := l.Store().OpenFile(v.File.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b strings.Builder
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// leftovers are the working folders that are still there.
func (l *lab) leftovers(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(l.dir + "/attempts/*/*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func values(list ...any) map[string]object.Value {
	m := map[string]object.Value{}
	for i := 0; i < len(list); i += 2 {
		name, _ := list[i].(string)
		switch v := list[i+1].(type) {
		case object.Value:
			m[name] = v
		case string:
			m[name] = object.FromJSON([]byte(v))
		}
	}
	return m
}

func TestAFunctionMeetsItsData(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, `
  shout:
    run: |
      tr a-z A-Z < "${{ inputs.text }}" > "${{ outputs.json }}"
      printf '{"words": %d, "input": %s}' "$(wc -w < "${{ inputs.text }}")" "$(cat "$WEFT_INPUT")" > "$WEFT_OUTPUT"
      echo "${{ inputs.greeting }} $GREETED" >&2
    env: { GREETED: "${{ inputs.greeting }}!" }
    inputs:
      text: { type: file }
      greeting: { type: string, default: hello }
    outputs:
      json: { type: file }
      words: { type: int }
      input: { type: json }
`)
	inv := l.invocation(t, "shout", values("text", l.upload(t, "a b.txt", "two words\n")))
	got, ok := last(t, l.invoke(inv)).(executor.Succeeded)
	if !ok {
		t.Fatal("failed")
	}
	if text := l.content(t, got.Outputs["json"]); text != "TWO WORDS\n" {
		t.Errorf("file output %q", text)
	}
	ref := got.Outputs["json"].File
	if ref.Name != "json.json" || ref.MediaType != "application/json" || ref.Digest != "" {
		t.Errorf("reference %+v", ref)
	}
	if words := string(got.Outputs["words"].JSON); words != "2" {
		t.Errorf("words %s", words)
	}
	var in struct{ Text, Greeting string }
	if err := json.Unmarshal(got.Outputs["input"].JSON, &in); err != nil {
		t.Fatal(err)
	}
	if in.Greeting != "hello" || filepath.Base(in.Text) != "a_b.txt" || !filepath.IsAbs(in.Text) {
		t.Errorf("$WEFT_INPUT %+v", in)
	}
	if log := read(t, l, inv.Attempt, Stderr); log != "hello hello!\n" {
		t.Errorf("stderr %q", log)
	}
	if left := l.leftovers(t); len(left) != 0 {
		// The folder is removed after the report.
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if left := l.leftovers(t); len(left) != 0 {
			t.Errorf("left over: %v", left)
		}
	}
}

func read(t *testing.T, l *lab, id executor.AttemptID, stream string) string {
	t.Helper()
	r, err := l.Logs(id, stream)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b strings.Builder
	buffer := make([]byte, 64<<10)
	for {
		n, err := r.Read(buffer)
		b.Write(buffer[:n])
		if err != nil {
			return b.String()
		}
	}
}

func TestAnEdgeOnOneNodeMovesNothing(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, `
  make: { run: 'head -c 1000000 /dev/zero > "${{ outputs.data }}"; stat -c "{\"inode\": %i}" "${{ outputs.data }}" > "$WEFT_OUTPUT"', outputs: { data: { type: file }, inode: { type: int } } }
  use:  { run: 'stat -L -c "{\"inode\": %i}" "${{ inputs.data }}" > "$WEFT_OUTPUT"', inputs: { data: { type: file } }, outputs: { inode: { type: int } } }
`)
	made := l.succeed(t, "make", nil)
	used := l.succeed(t, "use", values("data", made.Outputs["data"]))
	if a, b := string(made.Outputs["inode"].JSON), string(used.Outputs["inode"].JSON); a != b || a == "" {
		t.Errorf("inode %s became %s: the bytes were copied", a, b)
	}
	want := executor.Transfer{Input: "data", From: "before", FromNode: "n1", Transport: executor.TransportLink, Bytes: 1_000_000, Objects: 1}
	if len(used.Moved) != 1 || used.Moved[0] != want || used.Moved[0].Transport.Moves() {
		t.Errorf("ledger %+v, want %+v", used.Moved, want)
	}
}

func TestABuiltinNeedsNoFolder(t *testing.T) {
	t.Parallel()
	l := newLab(t, Config{}, `
  nothing: { builtin: noop }
  same: { builtin: identity }
`)
	l.succeed(t, "nothing", nil)
	if got := l.succeed(t, "same", values("value", "[1]")); string(got.Outputs["value"].JSON) != "[1]" {
		t.Errorf("got %v", got.Outputs)
	}
	items, err := os.ReadDir(l.dir + "/attempts")
	if err != nil || len(items) != 0 {
		t.Errorf("folders %v, %v", items, err)
	}
}
