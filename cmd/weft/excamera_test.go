package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

const excamera = "../../workflows/excamera/workflow.yaml"

// A witness is a file that the programs of a workflow append to when they start:
// each is a wrapper, found first in PATH, of the real one. Weft knows nothing of
// it.
type witness struct{ dir string }

// A sight is what the witness has seen of one attempt: a program started.
type sight struct {
	task    executor.TaskID
	attempt int
	program string
}

// newWitness makes the wrappers of programs, which are named or, if they are not
// installed, given by their paths.
func newWitness(t *testing.T, programs ...string) *witness {
	t.Helper()
	w := &witness{dir: t.TempDir()}
	for _, program := range programs {
		real, err := exec.LookPath(program)
		if err != nil {
			t.Skipf("%s is not installed", program)
		}
		program = filepath.Base(program)
		script := fmt.Sprintf("#!/bin/sh\necho \"$WEFT_TASK $WEFT_ATTEMPT %s\" >> %s/seen\nexec %s \"$@\"\n", program, w.dir, real)
		if err := os.WriteFile(filepath.Join(w.dir, program), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// env returns the variable that puts the wrappers before the real programs.
func (w *witness) env() string { return "PATH=" + w.dir + ":" + os.Getenv("PATH") }

// seen returns how often each thing was seen.
func (w *witness) seen(t *testing.T) map[sight]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, "seen"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	seen := make(map[sight]int)
	for line := range strings.Lines(string(text)) {
		var s sight
		if _, err := fmt.Sscan(line, &s.task, &s.attempt, &s.program); err != nil {
			t.Fatalf("the witness says %q: %v", line, err)
		}
		seen[s]++
	}
	return seen
}

// different is how many different things were seen, on whatever attempt.
func different(seen map[sight]int) int {
	things := make(map[sight]bool)
	for s := range seen {
		things[sight{task: s.task, program: s.program}] = true
	}
	return len(things)
}

// await returns when the witness has seen so many different things.
func (w *witness) await(t *testing.T, things int) {
	t.Helper()
	for different(w.seen(t)) < things {
		if err := sleep(t.Context(), 2*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

// buildExcamera returns the path of the program of the workflow.
func buildExcamera(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "excamera")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../../workflows/excamera/cmd/excamera").CombinedOutput()
	if err != nil {
		t.Fatalf("cannot build excamera: %v\n%s", err, out)
	}
	return path
}

// makeClip makes a video of four scenes of 14 frames each.
func makeClip(ctx context.Context, path string) error {
	out, err := exec.CommandContext(ctx, "ffmpeg", "-nostdin", "-v", "error", "-y",
		"-f", "lavfi", "-i", "testsrc=s=160x120:r=24:d=0.583", "-f", "lavfi", "-i", "mandelbrot=s=160x120:r=24",
		"-f", "lavfi", "-i", "smptebars=s=160x120:r=24", "-f", "lavfi", "-i", "cellauto=s=160x120:r=24:rule=18:seed=7",
		"-filter_complex", "[0]trim=end_frame=14,format=yuv420p[a];[1]trim=end_frame=14,format=yuv420p[b];"+
			"[2]trim=end_frame=14,format=yuv420p[c];[3]trim=end_frame=14,format=yuv420p[d];"+
			"[a][b][c][d]concat=n=4[v]", "-map", "[v]", "-c:v", "ffv1", path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

func submitExcamera(t *testing.T, c *client, clip string) *api.Run {
	t.Helper()
	source, err := os.ReadFile(excamera)
	if err != nil {
		t.Fatal(err)
	}
	program, _, err := dsl.Compile(excamera, source)
	if err != nil {
		t.Fatal(err)
	}
	s := submission{inputs: inputFlags{pairs: []string{"video=" + clip, "k=7", "x=3"}}, placement: "data"}
	run, err := s.start(t.Context(), c, program, source)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// outputFileOf returns the bytes of the only file that a run gives, when it has
// ended.
func outputFileOf(t *testing.T, c *client, id executor.RunID) []byte {
	t.Helper()
	if err := c.watch(t.Context(), id, func(api.State) {}); err != nil {
		t.Fatal(err)
	}
	run := new(api.Run)
	if err := c.call(t.Context(), request{method: http.MethodGet, path: runPath(id)}, nil, run); err != nil {
		t.Fatal(err)
	}
	r, err := c.result(t.Context(), run, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range r.Outputs {
		if file, ok := v.(outFile); ok {
			text, err := os.ReadFile(file.Path)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
	}
	t.Fatalf("the run ended as %s %s with outputs %v", r.Status, r.Error, r.Outputs)
	return nil
}

// winners returns the tasks whose success is in the journal, and the attempts
// that succeeded. No task has two.
func winners(t *testing.T, c *client, id executor.RunID) map[executor.TaskID]int {
	t.Helper()
	var page api.EventPage
	get := request{method: http.MethodGet, path: runPath(id) + "/events", query: url.Values{"limit": {"5000"}}}
	if err := c.call(t.Context(), get, nil, &page); err != nil {
		t.Fatal(err)
	}
	won := make(map[executor.TaskID]int)
	for _, e := range page.Events {
		fact, err := executor.DecodeFact(e.Kind, e.Fact)
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := fact.(executor.Succeeded); ok {
			if n := won[s.Task]; n != 0 {
				t.Errorf("attempts %d and %d of %s succeeded", n, s.Attempt, s.Task)
			}
			won[s.Task] = s.Attempt
		}
	}
	return won
}

func TestAVideoIsTheSameHoweverOftenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	programs := []string{"ffmpeg", "ffprobe", "vpxenc", "awk", buildExcamera(t)}
	calm := newWitness(t, programs...)
	clip := filepath.Join(t.TempDir(), "clip.mkv")
	if err := makeClip(t.Context(), clip); err != nil {
		t.Fatal(err)
	}
	cmd, c := serveWith(t, t.TempDir(), calm.env())
	want := outputFileOf(t, c, submitExcamera(t, c, clip).ID)
	stop(t, cmd)
	all := calm.seen(t)

	const runs, killsPerRun = 4, 5
	for n := range runs {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			// The kills of all runs together are spread evenly over what
			// there is to see.
			var moments []int
			for k := range killsPerRun {
				moments = append(moments, 1+(k*runs+n)*different(all)/(runs*killsPerRun))
			}
			w := newWitness(t, programs...)
			got := killedVideo(t, w, clip, moments, rand.New(rand.NewPCG(uint64(n), 0))) //nolint:gosec // drawn by seed
			if !bytes.Equal(got, want) {
				t.Errorf("the video has %d bytes, not the %d of an undisturbed run", len(got), len(want))
			}
			if p := different(w.seen(t)); p != different(all) {
				t.Errorf("the witness saw %d different things, of an undisturbed run %d", p, different(all))
			}
		})
	}
}

// killedVideo makes the video on a server that is killed whenever the witness
// has seen so many things, and a moment later.
func killedVideo(t *testing.T, w *witness, clip string, moments []int, rng *rand.Rand) []byte {
	t.Helper()
	dir := t.TempDir()
	cmd, c := serveWith(t, dir, w.env())
	id := submitExcamera(t, c, clip).ID
	for _, things := range moments {
		w.await(t, things)
		time.Sleep(time.Duration(rng.IntN(60)) * time.Millisecond) // somewhere in what follows
		if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		cmd, c = serveWith(t, dir, w.env())
		t.Logf("killed at %d of what there is to see, with %d tasks in the journal", things, len(winners(t, c, id)))
	}
	got := outputFileOf(t, c, id)
	won := winners(t, c, id)
	stop(t, cmd)
	checkSights(t, w.seen(t), won)
	return got
}

// checkSights compares what the witness saw with what the journal says: no
// attempt ran twice, none after the one that succeeded, and that one ran.
func checkSights(t *testing.T, seen map[sight]int, won map[executor.TaskID]int) {
	t.Helper()
	ran := make(map[executor.TaskID]bool)
	for s, times := range seen {
		if times > most(s) || s.attempt > won[s.task] {
			t.Errorf("attempt %d of %s started %s %d times; attempt %d is the one that succeeded",
				s.attempt, s.task, s.program, times, won[s.task])
		}
		ran[s.task] = ran[s.task] || s.attempt == won[s.task]
	}
	for task, n := range won {
		if !ran[task] {
			t.Errorf("the journal says that attempt %d of %s succeeded; nobody saw it", n, task)
		}
	}
}

// most is how often one attempt starts a program: the probe asks awk once
// whether the whole video is meant.
func most(s sight) int {
	if s.task == "probe" && s.program == "awk" {
		return 2
	}
	return 1
}

// stop ends a server in good order.
func stop(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}
