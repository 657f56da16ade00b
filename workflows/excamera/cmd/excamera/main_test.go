package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// in runs the program in a folder, where the arguments name files by "@".
func in(t *testing.T, dir string, args ...string) error {
	t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "@", dir+"/")
	}
	var stderr bytes.Buffer
	err := run(t.Context(), args, &stderr)
	if errors.Is(err, errUsage) {
		return errors.New(stderr.String())
	}
	return err
}

func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("there is no %s", p)
		}
	}
}

// Two chunks of three frames, the second after the first, come out as six frames
// that ffmpeg reads, near to the source.
func TestVideoGoesThroughAllVerbs(t *testing.T) {
	t.Parallel()
	needs(t, "ffmpeg", "ffprobe", "vpxenc")
	dir := t.TempDir()
	clip := filepath.Join(dir, "clip.mkv")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi",
		"-i", "testsrc2=s=98x66:r=24", "-frames:v", "6", "-c:v", "ffv1", "-pix_fmt", "yuv420p", clip).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v\n%s", err, out)
	}
	for _, line := range []string{
		"decode -frames 3 -o @raw0 @clip.mkv",
		"decode -start 0.0625 -frames 4 -o @raw1 @clip.mkv",
		"encode -quality 20 -o @ivf0 @raw0",
		"encode -quality 20 -rate 24/1 -tick 1/24 -o @ivf1 @raw1",
		"rebase -state @state0 -o @out0.ivf @ivf0",
		"rebase -after @state0 -raw @raw1 -state @state1 -o @out1.ivf @ivf1",
		"verify -raw @raw0 -o @loss0 @out0.ivf",
		"verify -after @state0 -skip 1 -raw @raw1 -o @loss1 @out1.ivf",
		"stitch -frames 6 -o @video.webm @out0.ivf @out1.ivf",
		"stitch -o @video.ivf @out0.ivf @out1.ivf",
		"decode -o @again @video.ivf",
	} {
		if err := in(t, dir, strings.Fields(line)...); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	for _, name := range []string{"loss0", "loss1"} {
		var l loss
		if err := json.Unmarshal(read(t, filepath.Join(dir, name)), &l); err != nil {
			t.Fatal(err)
		}
		if l.Frames != 3 || l.MSE <= 0 || l.MSE > 30 || l.SSIM < 0.9 || l.SSIM > 1 {
			t.Errorf("%s: %+v", name, l)
		}
	}
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", filepath.Join(dir, "video.webm"),
		"-fps_mode", "passthrough", "-f", "rawvideo", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, pictures, _ := bytes.Cut(read(t, filepath.Join(dir, "again")), []byte("\n"))
	if ours := bytes.ReplaceAll(pictures, []byte("FRAME\n"), nil); !bytes.Equal(ours, out) {
		t.Errorf("ffmpeg makes %d bytes of pictures out of the WebM, which differ from our %d out of the IVF", len(out), len(ours))
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMistakesAreExplained(t *testing.T) {
	t.Parallel()
	needs(t, "ffmpeg", "vpxenc")
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "text": "no video at all, but more than 32 bytes of text"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"":                        "usage: excamera VERB",
		"enlarge @text":           "usage: excamera VERB",
		"rebase":                  "usage: excamera rebase",
		"rebase -o @x @a @b":      "usage: excamera rebase",
		"rebase -bad 1 @a":        "flag provided but not defined: -bad",
		"rebase -o @x @missing":   "missing: no such file or directory",
		"rebase -o @x @empty":     "empty: cannot read the header of 32 bytes of an IVF file: unexpected EOF",
		"rebase -o @x @text":      `text: no IVF file: it begins with "no v" instead of "DKIF"`,
		"verify -raw @text @text": "text: no IVF file",
		"decode @text":            "-o says where to write; it is missing",
		"decode -o @x @text":      "ffmpeg: exit status 1",
		"encode -o @x @text":      "vpxenc: exit status 1",
		"stitch -o @x.webm @text": "text: no IVF file",
	} {
		err := in(t, dir, strings.Fields(line)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("excamera %s: %v, want %s", line, err, want)
		}
	}
}
