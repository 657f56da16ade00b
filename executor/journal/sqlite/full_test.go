package sqlite_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/object/store/space"
	"example.org/weft/object/store/space/spacetest"
)

// fill leaves no room on the file system of dir; the returned function gives
// it back.
func fill(t *testing.T, dir string) (free func()) {
	t.Helper()
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := bytes.Repeat([]byte{1}, 4<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !space.IsFull(err) {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}

// acceptRun accepts a run that nobody has yet.
func acceptRun(t *testing.T, db *sqlite.DB, id executor.RunID) {
	t.Helper()
	if _, _, err := db.Accept(t.Context(), journal.NewRun{
		ID: id, Workflow: "w", Version: "v", Owner: "me", TTL: time.Hour, Created: time.Now(),
	}); err != nil {
		t.Fatal(err)
	}
}

// appendOne appends a record of about a kilobyte.
func appendOne(t *testing.T, db *sqlite.DB, id executor.RunID, epoch, seq uint64) error {
	t.Helper()
	fact := executor.NodeLost{Node: executor.NodeID(strings.Repeat("n", 1000))}
	_, err := db.Append(t.Context(), []journal.Batch{{
		Run: id, Epoch: epoch, Records: []executor.Record{{Seq: seq, At: time.Now(), Fact: fact}},
	}})
	return err
}

func TestAFullDiskLeavesRoomForTheJournal(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 24)
	db := open(t, dir)
	acceptRun(t, db, "run_a")
	free := fill(t, dir)

	const facts = 1000
	for seq := uint64(1); seq <= facts; seq++ {
		if err := appendOne(t, db, "run_a", 1, seq); err != nil {
			t.Fatalf("record %d: %v", seq, err)
		}
	}
	if err := db.Post(t.Context(), "run_a", "", executor.Paused{}); err != nil {
		t.Errorf("cannot pause: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	if got := count(t, db, "run_a"); got != facts {
		t.Errorf("a start on a full disk finds %d records, want %d", got, facts)
	}
	if err := db.Post(t.Context(), "run_a", "", executor.Resumed{}); err != nil {
		t.Errorf("cannot resume after it: %v", err)
	}
	free()
}

func TestAJournalWithoutRoomSaysSoAndRecovers(t *testing.T) {
	t.Parallel()
	dir := spacetest.Mount(t, 24)
	db := open(t, dir)
	acceptRun(t, db, "run_a")
	free := fill(t, dir)

	var seq uint64
	var err error
	for err == nil {
		seq++
		err = appendOne(t, db, "run_a", 1, seq)
	}
	if !journal.IsUnavailable(err) || !strings.Contains(err.Error(), "the file system of "+dir+" has 0 B of 25 MB left") {
		t.Fatalf("record %d: %v, want that the file system is full, and which", seq, err)
	}
	free()
	if err := appendOne(t, db, "run_a", 1, seq); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if got := count(t, db, "run_a"); got != seq {
		t.Errorf("got %d records, want %d", got, seq)
	}
}
