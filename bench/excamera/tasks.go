package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// A task is one that was measured: what it took of a core, and what it waits for.
type task struct {
	verb    string
	seconds float64
	after   []int // tasks before it in the list
}

// encode encodes the clip as the workflow does, one task after the other, and
// returns the tasks and the name of the result.
func (b *bench) encode(ctx context.Context, l layout) ([]task, string, error) {
	dir := filepath.Join(b.dir, "chunks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(dir)
	e := encoding{bench: b, dir: dir}
	var parts []string
	var ends []int
	rate, err := b.rate()
	if err != nil {
		return nil, "", err
	}
	for i, first := 0, 0; first < b.frames; i, first = i+1, first+l.k {
		lead := min(i%l.x, 1)
		start := max(0, b.start+(float64(first-lead)-0.5)/rate)
		count := min(l.k, b.frames-first) + lead
		if err := e.chunk(ctx, start, count, lead, l.x > 1); err != nil {
			return nil, "", fmt.Errorf("chunk %d: %w", i, err)
		}
		parts = append(parts, e.out)
		ends = append(ends, e.last)
	}
	out := filepath.Join(b.dir, "parallel.ivf")
	err = e.do(ctx, ends, append([]string{"stitch", "-frames", strconv.Itoa(b.frames), "-o", out}, parts...)...)
	return e.tasks, out, err
}

// An encoding is one under way.
type encoding struct {
	*bench
	dir   string
	tasks []task
	state string // that the chunk before ends in
	out   string // the chunk
	last  int    // the task that made both
}

func (e *encoding) do(ctx context.Context, after []int, args ...string) error {
	seconds, err := e.bench.do(ctx, args...)
	e.tasks = append(e.tasks, task{verb: args[0], seconds: seconds, after: after})
	return err
}

func (e *encoding) chunk(ctx context.Context, start float64, count, lead int, rebased bool) error {
	n := len(e.tasks)
	file := func(kind string) string { return filepath.Join(e.dir, fmt.Sprintf("%s-%d", kind, n)) }
	raw, ivf := file("raw"), file("ivf")
	err := e.do(ctx, nil, "decode", "-start", strconv.FormatFloat(start, 'f', 6, 64), "-frames", strconv.Itoa(count), "-o", raw, e.clip)
	if err == nil {
		err = e.do(ctx, []int{n}, "encode", "-quality", strconv.Itoa(wanted), "-o", ivf, raw)
	}
	if err != nil {
		return err
	}
	before, waits := "", []int{n + 1}
	if lead == 1 {
		before, waits = e.state, append(waits, e.last)
	}
	e.out, e.last = ivf, n+1
	if rebased {
		e.out, e.state, e.last = file("out"), file("state"), n+2
		err = e.do(ctx, waits, "rebase", "-after", before, "-raw", raw, "-state", e.state, "-o", e.out, ivf)
	}
	if err == nil {
		err = e.do(ctx, []int{e.last}, "verify", "-after", before, "-skip", strconv.Itoa(lead), "-raw", raw, "-o", file("loss"), e.out)
	}
	return err
}

// spent is what the tasks of each verb took of a core.
func spent(tasks []task) map[string]float64 {
	by := map[string]float64{}
	for _, t := range tasks {
		by[t.verb] += t.seconds
	}
	return by
}
