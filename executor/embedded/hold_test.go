package embedded_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/sqlite"
)

// unheard is a database whose every third append is made, but the answer does
// not arrive.
type unheard struct {
	database
	appends atomic.Int64
}

func (u *unheard) Append(ctx context.Context, batches []journal.Batch) ([]executor.RunID, error) {
	fenced, err := u.database.Append(ctx, batches)
	if err == nil && u.appends.Add(1)%3 == 0 {
		return nil, &journal.UnavailableError{Why: "it is a test", Err: errors.New("no answer")}
	}
	return fenced, err
}

func TestAnAppendWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := &world{t: t, dir: t.TempDir()}
	db, err := sqlite.Open(t.Context(), w.dir)
	if err != nil {
		t.Fatal(err)
	}
	w.serve(&unheard{database: db})
	t.Cleanup(func() { w.stop() })
	id := w.submit(chain(5), "", nil)
	if row := w.await(id, ended); row.Status != executor.StatusSucceeded {
		t.Fatalf("it ended as %s: %s", row.Status, row.Error)
	}
	kinds := w.kinds(id)
	if n := len(slices.DeleteFunc(kinds, func(k string) bool { return k != "placed" })); n != 5 {
		t.Errorf("5 tasks had %d attempts", n)
	}
}
