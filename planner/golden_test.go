package planner_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/dsl"
	"example.org/weft/planner"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shapes are the workflows that plans are shown for. Those with bytes are held
// to what a plan of them must move.
func shapes() map[string]struct {
	s     *shape
	bytes int64 // most that may move; -1: only shown
} {
	chain := newShape("chain")
	chain.step("a", runs(1), makes("x", 100*mb))
	chain.step("b", runs(1), reads("a", "x"), makes("x", 100*mb))
	chain.step("c", runs(1), reads("b", "x"))

	diamond := newShape("diamond")
	diamond.step("a", runs(1), makes("x", 10*mb))
	diamond.step("b", runs(1), reads("a", "x"), makes("x", 10*mb))
	diamond.step("c", runs(1), reads("a", "x"), makes("x", 10*mb))
	diamond.step("d", runs(1), reads("b", "x"), reads("c", "x"))

	zip := func(name string, items int, second float64) *shape {
		s := newShape(name)
		s.count("n", items)
		s.step("left", runs(1), over("n"), makes("x", 10*mb))
		s.step("right", runs(second), over("n"), makes("x", 10*mb))
		s.step("join", runs(1), each("left", "x"), each("right", "x"))
		return s
	}

	fan := newShape("fan")
	fan.step("split", runs(1), makesList("chunks", 32, 5*mb))
	fan.step("work", runs(4), eachOf("split", "chunks"), makes("out", 100*kb))
	fan.step("merge", runs(1), readsAll("work", "out"))

	batches := newShape("batches")
	batches.step("split", runs(1), makesList("chunks", 40, 5*mb))
	batches.step("work", runs(2), batchOf(8, dsl.Read{Field: "chunks", Each: true}), makes("out", 4*mb))
	batches.step("join", runs(1), batchOf(2, dsl.Read{Step: 1, Field: "out", Items: dsl.ItemAt}))

	wordcount := newShape("wordcount")
	wordcount.count("maps", 16)
	wordcount.count("reduces", 4)
	wordcount.step("map", runs(2), over("maps"), makes("part", 4*mb))
	wordcount.step("reduce", runs(1), over("reduces"), readsAll("map", "part"), makes("count", 10*kb))
	wordcount.step("merge", runs(0.1), readsAll("reduce", "count"))

	tree := newShape("tree")
	for _, leaf := range []string{"a", "b", "c", "d"} {
		tree.step(leaf, runs(4), makes("x", 10*mb))
	}
	tree.step("ab", runs(1), reads("a", "x"), reads("b", "x"), makes("x", 10*mb))
	tree.step("cd", runs(1), reads("c", "x"), reads("d", "x"), makes("x", 10*mb))
	tree.step("root", runs(1), reads("ab", "x"), reads("cd", "x"))

	broadcast := newShape("broadcast")
	broadcast.count("n", 16)
	broadcast.step("table", runs(1), makes("x", 20*mb))
	broadcast.step("part", runs(1), over("n"), makes("x", 10*mb))
	broadcast.step("join", runs(4), each("part", "x"), reads("table", "x"))

	return map[string]struct {
		s     *shape
		bytes int64
	}{
		"tree":      {tree, 10 * mb},
		"broadcast": {broadcast, 60 * mb},
		"chain":     {chain, 0},
		"diamond":   {diamond, 0},
		"zip":       {zip("zip", 12, 1), 0},
		"uneven":    {zip("uneven", 13, 2.5), 60 * mb}, // 130 MB without the group
		"fan":       {fan, 160 * mb},
		"batches":   {batches, 220 * mb}, // what the batches take, each once
		"excamera":  {excamera(16), 400 * mb},
		"wordcount": {wordcount, 4 * 64 * mb},
	}
}

// excamera is the flagship: raw chunks that are read twice, and a codec state
// that goes from chunk to chunk.
func excamera(chunks int) *shape {
	s := newShape("excamera")
	s.file("video", 30*mb)
	s.step("probe", runs(1), reads("inputs", "video"), makesList("cuts", chunks, 1*kb))
	s.step("decode", runs(0.5), eachOf("probe", "cuts"), reads("inputs", "video"), makes("raw", 21*mb))
	s.step("encode", runs(4), each("decode", "raw"), makes("ivf", 60*kb))
	s.step("rebase", runs(0.3), each("decode", "raw"), each("encode", "ivf"), readsOwn("state", -1),
		makes("ivf", 60*kb), makes("state", 3*mb))
	s.step("verify", runs(0.4), each("decode", "raw"), each("rebase", "ivf"))
	s.step("stitch", runs(0.1), readsAll("rebase", "ivf"), makes("webm", int64(chunks)*60*kb))
	return s
}

// batchOf makes the step a foreach with batches of what it reads.
func batchOf(size int, r dsl.Read) maker {
	return func(s *shape, i int) {
		s.prog.Steps[i].Foreach = &dsl.Foreach{Batch: size}
		r.Batch = size
		read(s, i, r)
	}
}

// readsOwn is a chain: item i reads what item i+offset of the step made.
func readsOwn(field string, offset int) maker {
	return func(s *shape, i int) { readsAt(s.prog.Steps[i].Name, field, offset)(s, i) }
}

func TestPlansOfTheKnownShapes(t *testing.T) {
	t.Parallel()
	for name, shape := range shapes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := shape.s.make(nodes(4, 2, 8*gb))
			var b strings.Builder
			if err := plan.WriteText(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, name+".txt", b.String())
			if plan.Moved > shape.bytes {
				t.Errorf("%s moves %s, want at most %s", name, planner.Size(plan.Moved), planner.Size(shape.bytes))
			}
			if plan.Moved > plan.Everything {
				t.Errorf("%s moves %d bytes, through a store %d", name, plan.Moved, plan.Everything)
			}
		})
	}
}

func TestPicturesOfAPlan(t *testing.T) {
	t.Parallel()
	plan := excamera(16).make(nodes(4, 2, 8*gb))
	for name, write := range map[string]func(io.Writer) error{"excamera.svg": plan.WriteSVG, "excamera.dot": plan.WriteDOT} {
		var b strings.Builder
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.String())
	}
}

func TestExplainPutsCountedBesidePredicted(t *testing.T) {
	t.Parallel()
	plan := excamera(16).make(nodes(4, 2, 8*gb))
	rows := planner.Explain(plan, []planner.Count{
		{From: "decode", To: "encode", Input: "in_a", Bytes: 300 * mb, Moved: 21 * mb},
		{From: "decode", To: "encode", Input: "in_a", Bytes: 20 * mb},
		{From: "nowhere", To: "stitch", Input: "in_z", Bytes: 1 * mb, Moved: 1 * mb},
	})
	var b strings.Builder
	if err := planner.WriteRows(&b, rows); err != nil {
		t.Fatal(err)
	}
	golden(t, "explain.txt", b.String())
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s", path, got, want)
	}
}
