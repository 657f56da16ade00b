package workflows_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestARedriveMakesAndMovesNothingAgain runs ten steps, each of which makes a
// file out of the last one's, and lets the run go on after the ninth has failed.
// What succeeded is neither made nor moved again: so say the functions
// themselves, which write their names to a file that Weft knows nothing of, the
// files on the disk, and the ledger.
//
// The files have 1 MB, or $WEFT_REDRIVE_MB: with 100 the intermediates are 1 GB.
func TestARedriveMakesAndMovesNothingAgain(t *testing.T) {
	t.Parallel()
	needs(t, "bash")
	megabytes := 1
	if text, ok := os.LookupEnv("WEFT_REDRIVE_MB"); ok {
		var err error
		if megabytes, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	c := &redriven{dir: dir, data: filepath.Join(dir, "data"), size: int64(megabytes) * 1e6}
	file := filepath.Join(dir, "ten.yaml")
	if err := os.WriteFile(file, []byte(tenSteps()), 0o600); err != nil {
		t.Fatal(err)
	}
	before := c.weft(t, "failed", "run", file, "-i", "dir="+dir, "-i", fmt.Sprint("size=", c.size))
	made := c.objects(t)
	if len(made) != 8 {
		t.Fatalf("%d files are kept of eight steps", len(made))
	}
	if err := os.WriteFile(filepath.Join(dir, "mended"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	after := c.weft(t, "succeeded", "runs", "redrive", before.Run)
	took := time.Since(began)

	if got, want := c.ran(t), "1 2 3 4 5 6 7 8 9 9 10"; got != want {
		t.Errorf("the functions ran as %s, want %s", got, want)
	}
	again := c.objects(t)
	for object := range made {
		if !again[object] {
			t.Errorf("%s was made again, or is gone", object)
		}
	}
	if len(again) != 10 {
		t.Errorf("%d files after the redrive, want 10", len(again))
	}
	if len(before.Ledger) < 8 {
		t.Errorf("the ledger of nine steps is %+v", before.Ledger)
	}
	for _, row := range before.Ledger {
		if i := slices.Index(after.Ledger, row); i < 0 && row.To != "s9" {
			t.Errorf("the ledger had %+v, and has %+v", row, after.Ledger)
		}
	}
	if before.Moved != after.Moved {
		t.Errorf("%d bytes were moved before, %d with the redrive", before.Moved, after.Moved)
	}
	t.Logf("%d MB of intermediates; the redrive ran 2 steps, moved %d bytes and took %s",
		10*megabytes, after.Moved-before.Moved, took.Round(time.Millisecond))
}

// tenSteps is a chain in which the ninth step fails until a file is there.
func tenSteps() string {
	var b strings.Builder
	b.WriteString(`version: 1
name: ten
inputs: { dir: string, size: int }
functions:
  make:
    inputs: { dir: string, size: int, n: int, from: "file?" }
    outputs: { made: file }
    run: |
      echo ${{ inputs.n }} >> ${{ inputs.dir }}/ran
      from=${{ inputs.from }}
      tr '\0-\376' '\1-\377' < "${from:-/dev/zero}" | head -c ${{ inputs.size }} > ${{ outputs.made }} || true
      if [ ${{ inputs.n }} = 9 ] && [ ! -e ${{ inputs.dir }}/mended ]; then exit 1; fi
steps:
`)
	from := "null"
	for n := 1; n <= 10; n++ {
		fmt.Fprintf(&b, "  s%d: { uses: make, with: { dir: '${{ inputs.dir }}', size: '${{ inputs.size }}', n: %d, from: '${{ %s }}' } }\n", n, n, from)
		from = fmt.Sprintf("steps.s%d.outputs.made", n)
	}
	b.WriteString("outputs: { made: '${{ steps.s10.outputs.made }}' }\n")
	return b.String()
}

// redriven is a run that is let go on.
type redriven struct {
	dir, data string
	size      int64
}

type redriveResult struct {
	Run, Status string
	Moved       int64 `json:"moved_bytes"`
	Ledger      []redriveRow
}

type redriveRow struct {
	From, To, Transport string
	Bytes               int64
}

// weft runs the program and returns what became of the run.
func (c *redriven) weft(t *testing.T, status string, args ...string) redriveResult {
	t.Helper()
	var out, said bytes.Buffer
	cmd := weft(t, append(args, "-o", "json", "--data", c.data)...)
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	var r redriveResult
	if bad := json.Unmarshal(out.Bytes(), &r); bad != nil || r.Status != status {
		t.Fatalf("weft %s: %v\n%s%s", strings.Join(args, " "), err, out.Bytes(), said.Bytes())
	}
	return r
}

// ran returns the numbers of the functions that ran, in their order.
func (c *redriven) ran(t *testing.T) string {
	t.Helper()
	return strings.Join(strings.Fields(read(t, filepath.Join(c.dir, "ran"))), " ")
}

// objects returns the files that the node keeps of the size that every step
// makes, each by its inode and the time at which it was written.
func (c *redriven) objects(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(c.data, "nodes/n1/objects"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		info, err := d.Info()
		if stat, ok := info.Sys().(*syscall.Stat_t); err == nil && ok && info.Size() == c.size {
			found[fmt.Sprintf("inode %d of %s", stat.Ino, info.ModTime())] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
