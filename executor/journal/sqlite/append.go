package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// appendStmts are the statements of the way that every record goes.
type appendStmts struct {
	advance, change, outputs, insert, fold, empty *sql.Stmt
}

// prepareAppend prepares them. Most appends only advance a run: a statement
// that names a column of an index writes that index, whether or not the value
// is another.
func prepareAppend(ctx context.Context, conn *sql.Conn) (appendStmts, error) {
	var s appendStmts
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.advance, `
			UPDATE runs SET seq = CASE WHEN ?2 = 0 OR seq = ?1 THEN seq + ?2 ELSE -1 END
			WHERE id = ?3 AND epoch = ?4`},
		{&s.change, `
			UPDATE runs SET status = ?1, error = ?2, started = coalesce(?3, started),
				ended = CASE WHEN ?5 THEN NULL ELSE coalesce(?4, ended) END,
				owner = CASE WHEN ?5 THEN '' ELSE owner END
			WHERE id = ?6`},
		{&s.outputs, `UPDATE run_values SET outputs = ? WHERE n = (SELECT n FROM runs WHERE id = ?)`},
		{&s.insert, `INSERT INTO records (run, seq, at, kind, data) VALUES (?, ?, ?, ?, ?)`},
		{&s.fold, `UPDATE inbox SET folded = 1 WHERE id = ? AND run = ?`},
		{&s.empty, `DELETE FROM inbox WHERE run = ?`},
	} {
		var err error
		if *p.stmt, err = conn.PrepareContext(ctx, p.text); err != nil { //nolint:sqlclosecheck // closed with the connection
			return s, err
		}
	}
	return s, nil
}

// Append implements journal.Journal.
func (db *DB) Append(ctx context.Context, batches []journal.Batch) (fenced []executor.RunID, err error) {
	merged, err := journal.Merge(batches)
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	err = db.writer.do(ctx, func(*sql.Conn) error {
		// A flush that has begun goes on to its end, which is a moment away. The
		// driver would start a goroutine for each statement to be able to cut it off.
		ctx := context.WithoutCancel(ctx)
		for _, b := range merged {
			owned, err := db.writer.append.write(ctx, b)
			if err != nil {
				return fmt.Errorf("run %s: %w", b.Run, err)
			}
			if !owned {
				fenced = append(fenced, b.Run)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	for _, b := range merged {
		db.hub.Wake(b.Run)
	}
	return fenced, nil
}

// write writes one batch; owned is false, and nothing was written, when its
// run has another owner.
func (s appendStmts) write(ctx context.Context, b journal.Batch) (owned bool, err error) {
	c := journal.Summarise(b.Records)
	if owned, err = s.update(ctx, b, c); err != nil || !owned {
		return owned, err
	}
	for _, r := range b.Records {
		kind, data, err := executor.EncodeFact(r.Fact)
		if err != nil {
			return true, err
		}
		if _, err := s.insert.ExecContext(ctx, b.Run, r.Seq, r.At.UnixMicro(), kind, data); err != nil {
			return true, err
		}
	}
	for _, id := range b.Done {
		if _, err := s.fold.ExecContext(ctx, id, b.Run); err != nil {
			return true, err
		}
	}
	switch {
	case c.Status.Done():
		return true, s.end(ctx, b.Run, c)
	case c.Reopened:
		_, err := s.outputs.ExecContext(ctx, nil, b.Run)
		return true, err
	}
	return true, nil
}

// update brings the row of a run up to date, if it still has the owner.
func (s appendStmts) update(ctx context.Context, b journal.Batch, c journal.Change) (owned bool, err error) {
	var before uint64
	if len(b.Records) > 0 {
		before = b.Records[0].Seq - 1
	}
	result, err := s.advance.ExecContext(ctx, before, len(b.Records), b.Run, b.Epoch)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	if err != nil || n == 0 || c.Status == "" {
		return n == 1, err
	}
	_, err = s.change.ExecContext(ctx, c.Status, c.Error, micros(c.Started), micros(c.Ended), c.Reopened, b.Run)
	return true, err
}

// end keeps the outputs of a run that ended and empties its inbox.
func (s appendStmts) end(ctx context.Context, run executor.RunID, c journal.Change) error {
	outputs, err := json.Marshal(c.Outputs)
	if err != nil {
		return err
	}
	if _, err := s.outputs.ExecContext(ctx, outputs, run); err != nil {
		return err
	}
	_, err = s.empty.ExecContext(ctx, run)
	return err
}

// Read implements journal.Journal.
func (db *DB) Read(ctx context.Context, run executor.RunID, after uint64, limit int) ([]executor.Record, error) {
	rows, err := db.reader.QueryContext(ctx,
		`SELECT seq, at, kind, data FROM records WHERE run = ? AND seq > ? ORDER BY seq LIMIT ?`, run, after, limit)
	if err != nil {
		return nil, fmt.Errorf("cannot read run %s: %w", run, err)
	}
	defer rows.Close()
	var records []executor.Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("cannot read run %s: %w", run, err)
		}
		records = append(records, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot read run %s: %w", run, err)
	}
	return records, nil
}

func scanRecord(rows *sql.Rows) (r executor.Record, err error) {
	var at sql.NullInt64
	var kind string
	var data []byte
	if err := rows.Scan(&r.Seq, &at, &kind, &data); err != nil {
		return r, err
	}
	r.At = fromMicros(at)
	r.Fact, err = executor.DecodeFact(kind, data)
	return r, err
}
