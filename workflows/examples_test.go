package workflows_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestHelloGreets(t *testing.T) {
	t.Parallel()
	var outputs struct{ Greeting struct{ Path string } }
	run(t, &outputs, "hello/workflow.yaml", "-i", "name=$(reboot) \"Ada\"")
	if got, want := read(t, outputs.Greeting.Path), "Hello, $(reboot) \"Ada\"!\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWordcountAddsTheTextsUp(t *testing.T) {
	t.Parallel()
	var outputs struct {
		List            struct{ Path string }
		Words, Distinct int
	}
	run(t, &outputs, "wordcount/workflow.yaml", "-i", "top=2", "-i", "texts=wordcount/texts/loom.txt",
		"-i", "texts=wordcount/texts/plan.txt", "-i", "texts=wordcount/texts/journal.txt")
	words, distinct := count(t, "wordcount/texts")
	if outputs.Words != words || outputs.Distinct != distinct {
		t.Errorf("%d words, %d distinct; want %d and %d", outputs.Words, outputs.Distinct, words, distinct)
	}
	if got, want := read(t, outputs.List.Path), "15 the\n12 is\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// count counts the words of the texts in a folder in another way.
func count(t *testing.T, dir string) (words, distinct int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		letters := func(r rune) bool { return r < 'a' || r > 'z' }
		for _, w := range strings.FieldsFunc(strings.ToLower(read(t, file)), letters) {
			words++
			seen[w] = true
		}
	}
	return words, len(seen)
}

// run runs a workflow, decodes its outputs and returns the bytes that it moved.
func run(t *testing.T, outputs any, args ...string) (moved int64) {
	t.Helper()
	var out, said bytes.Buffer
	cmd := weft(t, append([]string{"run", "-o", "json", "--data", t.TempDir()}, args...)...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("weft run: %v\n%s%s", err, out.Bytes(), said.Bytes())
	}
	result := struct {
		Outputs any
		Moved   int64 `json:"moved_bytes"`
	}{Outputs: outputs}
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatalf("cannot read %s: %v", out.Bytes(), err)
	}
	return result.Moved
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// clip makes a video of two seconds.
func clip(t *testing.T, path string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi",
		"-i", "testsrc2=s=160x120:r=24:d=2", "-pix_fmt", "yuv420p", path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
}
