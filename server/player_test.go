package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
	"example.org/weft/server/api"
)

// chunks is a workflow with a list, a chain of files, and a step that can fail.
const chunks = `version: 1
name: chunks
inputs:
  video: { type: file }
functions:
  split:
    run: cut "${{ inputs.video }}"
    inputs: { video: { type: file } }
    outputs: { chunks: { type: "file[]", path: "chunk-*" } }
  encode:
    run: encode "${{ inputs.chunk }}" > "${{ outputs.ivf }}"
    inputs: { chunk: { type: file } }
    outputs: { ivf: { type: file, size_hint: 300KB } }
  stitch:
    run: cat ${{ inputs.parts }} > "${{ outputs.webm }}"
    inputs: { parts: { type: "file[]" } }
    outputs: { webm: { type: file } }
steps:
  split:
    uses: split
    with: { video: "${{ inputs.video }}" }
  encode:
    uses: encode
    foreach: { in: "${{ steps.split.outputs.chunks }}", as: chunk }
    with: { chunk: "${{ chunk }}" }
  stitch:
    uses: stitch
    with: { parts: "${{ steps.encode.outputs.map(e, e.ivf) }}" }
outputs:
  video: "${{ steps.stitch.outputs.webm }}"
`

// A player is the engine of one run, of which a test decides how attempts end.
type player struct {
	b       *bench
	id      executor.RunID
	run     *executor.Run
	invoked map[executor.TaskID]executor.Invoke
	seen    map[int64]bool // messages of the inbox
}

// start keeps the workflow chunks and starts a run of it.
func (b *bench) start() *player {
	b.t.Helper()
	b.want(http.StatusOK, nil, http.MethodPost, "/api/v1/workflows", chunks)
	video, err := b.Put(b.t.Context(), "clip.y4m", "video/x-y4m", strings.NewReader("frames"))
	if err != nil {
		b.t.Fatal(err)
	}
	var run api.Run
	b.want(http.StatusCreated, &run, http.MethodPost, "/api/v1/workflows/chunks/runs",
		`{"inputs": {"video": "`+string(video.ID)+`"}}`, "Content-Type: application/json")
	return b.play(run.ID)
}

// play takes a run over that has not begun.
func (b *bench) play(id executor.RunID) *player {
	b.t.Helper()
	rows, err := b.db.Runs(b.t.Context(), journal.Filter{ID: id, Limit: 1})
	if err != nil || len(rows) != 1 {
		b.t.Fatalf("%d rows: %v", len(rows), err)
	}
	w, err := b.db.Workflow(b.t.Context(), "", rows[0].Version)
	if err != nil {
		b.t.Fatal(err)
	}
	program, _, err := dsl.Compile("x.yaml", w.Source)
	if err != nil {
		b.t.Fatal(err)
	}
	p := &player{b: b, id: id, run: executor.New(id, program), invoked: map[executor.TaskID]executor.Invoke{}, seen: map[int64]bool{}}
	p.say(executor.Started{
		Workflow: w.Name, Version: w.Version, Inputs: rows[0].Inputs, Decisions: executor.Decisions, Options: rows[0].Options,
	})
	return p
}

// say makes facts durable, together, and then answers what they ask for.
func (p *player) say(facts ...executor.Fact) {
	p.b.t.Helper()
	var records []executor.Record
	for _, f := range facts {
		rec := executor.Record{Seq: p.run.Seq() + 1, At: time.Now().UTC().Truncate(time.Microsecond), Fact: f}
		if err := p.run.Step(rec); err != nil {
			p.b.t.Fatalf("step %d: %v", rec.Seq, err)
		}
		records = append(records, rec)
	}
	fenced, err := p.b.db.Append(p.b.t.Context(), []journal.Batch{{Run: p.id, Epoch: 1, Records: records}})
	if err != nil || len(fenced) > 0 {
		p.b.t.Fatalf("append: fenced %v, %v", fenced, err)
	}
	if answers := p.answers(); len(answers) > 0 {
		p.say(answers...)
	}
}

func (p *player) answers() []executor.Fact {
	var out []executor.Fact
	for _, c := range p.run.Ready() {
		switch c := c.(type) {
		case executor.Evaluate:
			out = append(out, c.Fact)
		case executor.Reuse:
			out = append(out, executor.NotReused{Task: c.Task, Attempt: c.Attempt, Why: "it is a test"})
		case executor.Place:
			out = append(out, executor.Placed{
				Task: c.Task, Attempt: c.Attempt, Epoch: 1, Node: "n1", Reason: "n1 holds 6 B of its inputs: nothing to bring",
				Token: executor.TokenDigest(executor.CallbackToken(p.id, c.Task, c.Attempt, []byte("secret"))),
			})
		case executor.Invoke:
			p.invoked[c.Attempt.Task] = c
		case executor.Conclude:
			out = append(out, executor.Concluded(c))
		case executor.Finish:
			out = append(out, executor.Finished(c))
		case executor.Begin:
			out = append(out, c.Fact)
		case executor.Plan, executor.StartChild, executor.Abort, executor.SetTimer: // no answer is needed
		}
	}
	return out
}

// succeed ends a task with one output and one transfer.
func (p *player) succeed(task executor.TaskID, field string, v object.Value, moved ...executor.Transfer) {
	p.b.t.Helper()
	p.say(executor.Succeeded{
		Task: task, Attempt: p.invoked[task].Attempt.N, Outputs: map[string]object.Value{field: v},
		Usage: executor.Usage{Queue: time.Millisecond, Stage: 2 * time.Millisecond, Run: 40 * time.Millisecond, CPU: 38 * time.Millisecond},
		Moved: moved,
	})
}

// made returns a file of a size that nobody holds.
func made(name string, size int64) object.Value {
	return object.Value{File: &object.Ref{ID: object.Mint("test", name), Size: size, Name: name}}
}

// split ends the first step with a list of n files.
func (p *player) split(n int) {
	p.b.t.Helper()
	list := make([]object.Value, n)
	for i := range list {
		list[i] = made("chunk-"+string(rune('a'+i%26)), 2_000_000)
	}
	p.succeed("split", "chunks", object.Value{List: list},
		executor.Transfer{Input: "video", From: "inputs", Transport: executor.TransportLink, Bytes: 6, Objects: 1})
}

func (p *player) encode(i int) {
	p.b.t.Helper()
	p.succeed(executor.ItemTask("encode", i), "ivf", made("part", 300_000),
		executor.Transfer{Input: "chunk", From: "split", Transport: executor.TransportPeer, FromNode: "n2", Bytes: 2_000_000, Objects: 1})
}

func (p *player) stitch() {
	p.b.t.Helper()
	p.succeed("stitch", "webm", made("out.webm", 1_000_000),
		executor.Transfer{Input: "parts", From: "encode", Transport: executor.TransportLink, Bytes: 900_000, Objects: 3})
}

// finish plays a run of n chunks to its end.
func (p *player) finish(n int) {
	p.b.t.Helper()
	p.split(n)
	for i := range n {
		p.encode(i)
	}
	p.stitch()
}

func (b *bench) getRun(id executor.RunID) api.Run {
	b.t.Helper()
	var run api.Run
	b.want(http.StatusOK, &run, http.MethodGet, "/api/v1/runs/"+string(id), "")
	return run
}

func TestPlayedRunEnds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.finish(3)
	if got := p.run.Status(); got != executor.StatusSucceeded {
		t.Fatalf("the run is %s", got)
	}
}
