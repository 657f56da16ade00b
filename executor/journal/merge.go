package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"example.org/weft/executor"
)

// Merge makes one batch of those for the same run, which must follow each other
// and have the same epoch. A gap between records is an error.
func Merge(batches []Batch) ([]Batch, error) {
	merged := make([]Batch, 0, len(batches))
	place := make(map[executor.RunID]int, len(batches)) // in merged
	for _, b := range batches {
		i, again := place[b.Run]
		if !again {
			place[b.Run] = len(merged)
			merged = append(merged, b)
			continue
		}
		if b.Epoch != merged[i].Epoch {
			return nil, fmt.Errorf("run %s has batches of the epochs %d and %d", b.Run, merged[i].Epoch, b.Epoch)
		}
		merged[i].Records = slices.Concat(merged[i].Records, b.Records)
		merged[i].Done = slices.Concat(merged[i].Done, b.Done)
	}
	for _, b := range merged {
		for i, r := range b.Records {
			if want := b.Records[0].Seq + uint64(i); r.Seq != want {
				return nil, fmt.Errorf("record %d of run %s stands where %d must", r.Seq, b.Run, want)
			}
		}
	}
	return merged, nil
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
