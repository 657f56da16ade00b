package journal_test

import (
	"reflect"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/object"
)

func TestSummarise(t *testing.T) {
	t.Parallel()
	outputs := map[string]object.Value{"o": object.FromJSON([]byte("1"))}
	for _, tt := range []struct {
		name  string
		facts []executor.Fact
		want  journal.Change
	}{
		{"nothing", nil, journal.Change{}},
		{"what concerns tasks alone", []executor.Fact{executor.Succeeded{}, executor.Cancelled{}}, journal.Change{}},
		{"the start", []executor.Fact{executor.Started{}}, journal.Change{Status: executor.StatusRunning, Started: at(1)}},
		{
			"the last one counts",
			[]executor.Fact{executor.Started{}, executor.Paused{}, executor.Succeeded{}},
			journal.Change{Status: executor.StatusPaused, Started: at(1)},
		},
		{"going on", []executor.Fact{executor.Paused{}, executor.Resumed{}}, journal.Change{Status: executor.StatusRunning}},
		{
			"the end",
			[]executor.Fact{executor.Resumed{}, executor.Finished{Status: executor.StatusFailed, Outputs: outputs, Error: "a\x00\xffb"}},
			journal.Change{Status: executor.StatusFailed, Ended: at(2), Outputs: outputs, Error: "a\uFFFD\uFFFDb"},
		},
		{
			"a redrive undoes the end",
			[]executor.Fact{executor.Finished{Status: executor.StatusFailed, Error: "e"}, executor.Redriven{}},
			journal.Change{Status: executor.StatusRunning, Reopened: true},
		},
		{
			"and is followed by another end",
			[]executor.Fact{executor.Redriven{}, executor.Finished{Status: executor.StatusSucceeded}},
			journal.Change{Status: executor.StatusSucceeded, Ended: at(2)},
		},
	} {
		var records []executor.Record
		for i, f := range tt.facts {
			records = append(records, executor.Record{Seq: uint64(i) + 1, At: at(i + 1), Fact: f})
		}
		if got := journal.Summarise(records); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
}

func at(second int) time.Time { return time.Unix(int64(second), 0) }
