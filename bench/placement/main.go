// Placement runs the workflow of the demo on four nodes, once for each way to
// place its tasks, and prints what each moved, by the ledger of the run, as the
// README has it. The videos must be the same to the byte.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"example.org/weft/bench/internal/weft"
	"example.org/weft/object/bucket/s3test"
)

const root = ".."

// modes are compared, each with what it means.
var modes = []struct{ name, says string }{ //nolint:gochecknoglobals // a table
	{"data", "what Weft does: where the bytes are, unless another node would be idle"},
	{"earliest-start", "the node that can start first, fetching included"},
	{"round-robin", "one node after the other"},
	{"random:1", "a node drawn by chance"},
	{"store", "every value through an S3-compatible store"},
}

func main() {
	seconds := flag.Float64("seconds", 16, "how much of the clip is encoded; 0 is all")
	k := flag.Int("k", 6, "frames in a chunk")
	x := flag.Int("x", 16, "chunks in a batch")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *seconds, *k, *x); err != nil {
		fmt.Fprintln(os.Stderr, "placement:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, seconds float64, k, x int) error {
	dir, err := os.MkdirTemp("", "weft-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	program, err := weft.Build(ctx, root, dir)
	if err != nil {
		return err
	}
	clip, err := weft.Clip(ctx, root)
	if err != nil {
		return err
	}
	gateway, err := s3test.Find(filepath.Join(root, ".tools/bin"))
	if err != nil {
		return err
	}
	s3, err := s3test.Start(ctx, gateway, filepath.Join(dir, "s3"), os.Stderr)
	if err != nil {
		return err
	}
	defer s3.Stop() //nolint:errcheck // it is killed

	fmt.Printf("%s, %g s in chunks of %d frames and batches of %d chunks, on four nodes\n\n", filepath.Base(clip), seconds, k, x)
	fmt.Print("| `--placement` | bytes moved | |\n| --- | ---: | --- |\n")
	c := comparison{
		program: program, dir: dir, bucket: s3.URL(""),
		inputs: []string{"-i", "video=" + clip, "-i", fmt.Sprintf("seconds=%g", seconds), "-i", fmt.Sprintf("k=%d", k), "-i", fmt.Sprintf("x=%d", x)},
	}
	for _, m := range modes {
		moved, err := c.run(ctx, m.name)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		fmt.Printf("| `%s` | %.1f MB | %s |\n", m.name, float64(moved)/1e6, m.says)
	}
	fmt.Printf("\nThe videos are the same to the byte (SHA-256 %x...).\n", c.video[:8])
	return nil
}

// A comparison runs the same workflow again and again.
type comparison struct {
	program, dir, bucket string
	inputs               []string
	video                []byte // digest of the first run's; nil before that
}

// run returns the bytes that moved under a placement.
func (c *comparison) run(ctx context.Context, mode string) (int64, error) {
	data, out := filepath.Join(c.dir, "data"), filepath.Join(c.dir, "out")
	defer os.RemoveAll(data)
	defer os.RemoveAll(out)
	arguments := append([]string{
		"run", filepath.Join(root, "workflows/excamera/workflow.yaml"),
		"--nodes", "4", "--placement", mode, "--bucket", c.bucket, "--data", data, "--out", out,
	}, c.inputs...)
	r, err := weft.Run(ctx, c.program, s3test.Env(), arguments...)
	if err != nil {
		return 0, err
	}
	var video struct{ Path string }
	if err := json.Unmarshal(r.Outputs["video"], &video); err != nil {
		return 0, err
	}
	content, err := os.ReadFile(video.Path)
	if err != nil {
		return 0, err
	}
	digest := sha256.Sum256(content)
	if c.video == nil {
		c.video = digest[:]
	}
	if string(c.video) != string(digest[:]) {
		return 0, errors.New("its video is not that of the first run")
	}
	return r.Moved, nil
}
