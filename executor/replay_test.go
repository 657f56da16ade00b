package executor

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

var record = flag.Bool("record", false, "record journals of scripts that have none in testdata/journals yet")

// A journalFile is a journal that an earlier version wrote, with the workflow
// and what the run came to. It is never edited: what was written once must
// replay for ever.
type journalFile struct {
	Workflow string          `json:"workflow"`
	Records  []journalRecord `json:"records"`
	Ending   string          `json:"ending"`
}

type journalRecord struct {
	At   time.Time       `json:"at"`
	Kind string          `json:"kind"`
	Fact json.RawMessage `json:"fact"`
}

// recorded are the scripts whose journals are kept: together they have every
// kind of fact.
func recorded() []string {
	return []string{
		"computed-is-recorded", "item-waits-for-item", "object-lost-lineage", "pause-and-resume",
		"retry-with-backoff", "node-lost", "cancel", "lost-attempts", "rank-goes-first", "if-per-item", "object-lost-for-good",
		"wait-until-a-time", "signal-before-its-wait", "signal-times-out", "callback", "callback-heartbeat", "repeat",
		"redrive-from", "child", "child-redrive", "catch", "catch-per-item", "switch", "on-failure", "finally-after-cancel",
	}
}

func TestOldJournalsReplayToTheSameEnd(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/journals/*.json")
	if err != nil || len(files) < len(recorded()) && !*record {
		t.Fatalf("%d journals: %v", len(files), err)
	}
	kinds := map[string]bool{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var j journalFile
		if err := json.Unmarshal(data, &j); err != nil {
			t.Fatal(err)
		}
		for _, rec := range j.Records {
			kinds[rec.Kind] = true
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			if got := replay(t, &j); got != j.Ending {
				t.Errorf("got\n%s\nwant\n%s", got, j.Ending)
			}
		})
	}
	const all = 23
	if len(kinds) != all && !*record {
		t.Errorf("the journals have %d kinds of facts, want all %d: %v", len(kinds), all, kinds)
	}
}

// replay steps a journal and describes where the run stands then.
func replay(t *testing.T, j *journalFile) string {
	t.Helper()
	program, err := compileSource("workflow.yaml", []byte(j.Workflow))
	if err != nil {
		t.Fatal(err)
	}
	r := New("run_x", program)
	for i, rec := range j.Records {
		fact, err := DecodeFact(rec.Kind, rec.Fact)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Step(Record{Seq: uint64(i + 1), At: rec.At, Fact: fact}); err != nil {
			t.Fatalf("record %d, %s: %v", i+1, rec.Kind, err)
		}
	}
	asks := keys(r, r.Ready())
	return (&world{run: r}).ending() + "\nasks for " + strings.Join(asks, ", ")
}

// TestRecordJournals writes the journals that do not exist yet.
func TestRecordJournals(t *testing.T) {
	t.Parallel()
	if !*record {
		t.Skip("only with -record")
	}
	for _, name := range recorded() {
		file := "testdata/journals/" + name + ".json"
		if _, err := os.Stat(file); err == nil {
			continue
		}
		script := "testdata/scripts/" + name + ".txtar"
		archive, err := txtar.ParseFile(script)
		if err != nil {
			t.Fatal(err)
		}
		j := journalFile{Workflow: string(archive.Files[0].Data)}
		for _, rec := range play(t, script, archive).journal {
			kind, data, err := EncodeFact(rec.Fact)
			if err != nil {
				t.Fatal(err)
			}
			j.Records = append(j.Records, journalRecord{At: rec.At, Kind: kind, Fact: data})
		}
		j.Ending = replay(t, &j)
		data, err := json.MarshalIndent(j, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
