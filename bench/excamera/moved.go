package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"example.org/weft/object/bucket/s3test"

	"example.org/weft/bench/internal/weft"
)

// moved runs the workflow on four nodes with each placement and prints the bytes
// that each moved. The videos must be the same to the byte.
func (b *bench) moved(ctx context.Context, program string) error {
	gateway, err := s3test.Find(filepath.Join(root, ".tools/bin"))
	if err != nil {
		return err
	}
	s3, err := s3test.Start(ctx, gateway, filepath.Join(b.dir, "s3-"+filepath.Base(b.clip)), os.Stderr)
	if err != nil {
		return err
	}
	defer s3.Stop() //nolint:errcheck // it is killed

	rate, err := b.rate()
	if err != nil {
		return err
	}
	fmt.Print("\n| placement, [6,16] on four nodes | bytes moved | of them the video |\n| --- | ---: | ---: |\n")
	var video []byte
	for _, mode := range []string{"data", "earliest-start", "round-robin", "random:1", "store"} {
		data, out := filepath.Join(b.dir, "data"), filepath.Join(b.dir, "out")
		r, err := weft.Run(ctx, program, s3test.Env(), "run", filepath.Join(root, "workflows/excamera/workflow.yaml"),
			"--nodes", "4", "--placement", mode, "--bucket", s3.URL(""), "--data", data, "--out", out,
			"-i", "video="+b.clip, "-i", fmt.Sprintf("start=%f", b.start), "-i", fmt.Sprintf("seconds=%f", (float64(b.frames)-0.5)/rate))
		if err != nil {
			return fmt.Errorf("%s: %w", mode, err)
		}
		made, err := digest(r)
		if err != nil {
			return err
		}
		if video != nil && string(video) != string(made) {
			return errors.New("the video of " + mode + " is another")
		}
		video = made
		source := int64(0)
		for _, row := range r.Ledger {
			if row.From == "inputs" && row.Transport != "link" && row.Transport != "inline" {
				source += row.Bytes
			}
		}
		fmt.Printf("| `%s` | %.1f MB | %.1f MB |\n", mode, float64(r.Moved)/1e6, float64(source)/1e6)
		if err := errors.Join(os.RemoveAll(data), os.RemoveAll(out)); err != nil {
			return err
		}
	}
	return nil
}

func digest(r *weft.Result) ([]byte, error) {
	var video struct{ Path string }
	if err := json.Unmarshal(r.Outputs["video"], &video); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(video.Path)
	sum := sha256.Sum256(content)
	return sum[:], err
}

// rate is the frames per second of the clip.
func (b *bench) rate() (float64, error) {
	f, err := os.Open(b.whole)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var width, height int
	var rate, scale float64
	if _, err := fmt.Fscanf(f, "YUV4MPEG2 W%d H%d F%f:%f", &width, &height, &rate, &scale); err != nil {
		return 0, fmt.Errorf("cannot read the rate of %s: %w", b.whole, err)
	}
	return rate / scale, nil
}
