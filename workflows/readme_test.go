package workflows_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The commands of the README are run as they stand there, but for the port.
func TestReadmeWalkThroughWithCurl(t *testing.T) {
	t.Parallel()
	needs(t, "bash", "curl", "ffmpeg", "ffprobe", "vpxenc")
	_, rest, found := strings.Cut(read(t, "../README.md"), "```sh\n")
	script, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("the README has no block of shell commands")
	}
	dir := t.TempDir()
	clip(t, filepath.Join(dir, "clip.mp4"))
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(here, filepath.Join(dir, "workflows")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c",
		strings.Replace(script, "127.0.0.1:7070", serve(t), 1))
	cmd.Dir = dir
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, out.Bytes(), said.Bytes())
	}
	if said.String() != "201\n200\n" {
		t.Errorf("two starts with one key answered %q, want 201 and 200", said.String())
	}
	id := regexp.MustCompile(`"id":"(run_[a-z2-7]+)"`).FindStringSubmatch(read(t, filepath.Join(dir, "same.json")))
	if id == nil || !strings.Contains(out.String(), "event: end") {
		t.Errorf("the second answer names run %v; the events were\n%s", id, out.String())
	}
	const matroska = "\x1a\x45\xdf\xa3"
	if video := read(t, filepath.Join(dir, "video.webm")); !strings.HasPrefix(video, matroska) {
		t.Errorf("video.webm is no video: it begins with %q", video[:min(len(video), 40)])
	}
}
