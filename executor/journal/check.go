package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"example.org/weft/executor"
)

// A Head is where the journal of a run stands.
type Head struct {
	Epoch uint64 // of its owner
	Seq   uint64 // of its last record; 0 when there is none
}

// Admit sorts out which batches may be appended to runs that stand at heads,
// and moves the heads on. Those with another epoch are fenced; a missing run
// and a gap in the sequence are errors. A run may have several batches, in
// order: they become one.
func Admit(heads map[executor.RunID]Head, batches []Batch) (admitted []Batch, fenced []executor.RunID, err error) {
	place := make(map[executor.RunID]int) // of an admitted run, from 1
	for _, b := range batches {
		head, ok := heads[b.Run]
		if !ok {
			return nil, nil, fmt.Errorf("cannot append to run %s: %w", b.Run, ErrNotFound)
		}
		if head.Epoch != b.Epoch {
			if !slices.Contains(fenced, b.Run) {
				fenced = append(fenced, b.Run)
			}
			continue
		}
		for _, r := range b.Records {
			if r.Seq != head.Seq+1 {
				return nil, nil, fmt.Errorf("cannot append record %d to run %s: its last one is %d", r.Seq, b.Run, head.Seq)
			}
			head.Seq = r.Seq
		}
		heads[b.Run] = head
		if i := place[b.Run]; i > 0 {
			first := &admitted[i-1]
			first.Records = slices.Concat(first.Records, b.Records)
			first.Done = slices.Concat(first.Done, b.Done)
			continue
		}
		admitted = append(admitted, b)
		place[b.Run] = len(admitted)
	}
	return admitted, fenced, nil
}

// SameJSON reports whether two JSON texts say the same: the order of fields
// and white space do not count, the spelling of numbers does.
func SameJSON(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, errX := parse(a)
	y, errY := parse(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}

func parse(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return v, d.Decode(&v)
}
