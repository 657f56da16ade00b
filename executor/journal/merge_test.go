package journal_test

import (
	"reflect"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

func batch(run executor.RunID, epoch uint64, done []int64, seqs ...uint64) journal.Batch {
	b := journal.Batch{Run: run, Epoch: epoch, Done: done}
	for _, seq := range seqs {
		b.Records = append(b.Records, executor.Record{Seq: seq, Fact: executor.Resumed{}})
	}
	return b
}

func TestMergeJoinsTheBatchesOfARun(t *testing.T) {
	t.Parallel()
	first := batch("a", 1, []int64{1}, 5, 6)
	first.Records = first.Records[:2:2]
	got, err := journal.Merge([]journal.Batch{first, batch("b", 7, nil, 1), batch("a", 1, []int64{2}, 7), batch("b", 7, []int64{3})})
	if err != nil {
		t.Fatal(err)
	}
	want := []journal.Batch{batch("a", 1, []int64{1, 2}, 5, 6, 7), batch("b", 7, []int64{3}, 1)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Merge:\n got %+v\nwant %+v", got, want)
	}
}

func TestMergeRefusesWhatDoesNotFollow(t *testing.T) {
	t.Parallel()
	for name, batches := range map[string][]journal.Batch{
		"a gap within a batch":    {batch("a", 1, nil, 1, 3)},
		"a gap between batches":   {batch("a", 1, nil, 1), batch("a", 1, nil, 3)},
		"a number twice":          {batch("a", 1, nil, 1), batch("a", 1, nil, 1)},
		"two epochs of one owner": {batch("a", 1, nil, 1), batch("a", 2, nil, 2)},
	} {
		if got, err := journal.Merge(batches); err == nil {
			t.Errorf("%s: Merge = %+v, want an error", name, got)
		}
	}
}

func TestSameJSON(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{`{"a":1,"b":[{"c":2,"d":3}]}`, `{"b": [{"d":3,"c":2}], "a": 1}`, true},
		{`{"a":1}`, `{"a":1,"b":null}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`1`, `1.0`, false},
		{`12345678901234567890`, `12345678901234567891`, false},
		{`null`, ``, false},
	} {
		if got := journal.SameJSON([]byte(tt.a), []byte(tt.b)); got != tt.same {
			t.Errorf("SameJSON(%s, %s) = %t", tt.a, tt.b, got)
		}
	}
}
