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
	advance, outputs, insert, fold, empty *sql.Stmt
}

func prepareAppend(ctx context.Context, db *sql.DB) (appendStmts, error) {
	var s appendStmts
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.advance, `
			UPDATE runs SET seq = CASE WHEN ?2 = 0 OR seq = ?1 THEN seq + ?2 ELSE -1 END,
				status = coalesce(?3, status), error = coalesce(?4, error),
				started = coalesce(?5, started), ended = CASE WHEN ?9 THEN NULL ELSE coalesce(?6, ended) END,
				owner = CASE WHEN ?9 THEN '' ELSE owner END
			WHERE id = ?7 AND epoch = ?8`},
		{&s.outputs, `UPDATE run_values SET outputs = ? WHERE n = (SELECT n FROM runs WHERE id = ?)`},
		{&s.insert, `INSERT INTO records (run, seq, at, kind, data) VALUES (?, ?, ?, ?, ?)`},
		{&s.fold, `UPDATE inbox SET folded = 1 WHERE id = ? AND run = ?`},
		{&s.empty, `DELETE FROM inbox WHERE run = ?`},
	} {
		var err error
		if *p.stmt, err = db.PrepareContext(ctx, p.text); err != nil { //nolint:sqlclosecheck // DB.Close closes it
			return s, err
		}
	}
	return s, nil
}

// in returns the statements bound to a transaction, which closes them.
func (s appendStmts) in(ctx context.Context, tx *sql.Tx) appendStmts {
	return appendStmts{
		advance: tx.StmtContext(ctx, s.advance),
		outputs: tx.StmtContext(ctx, s.outputs),
		insert:  tx.StmtContext(ctx, s.insert),
		fold:    tx.StmtContext(ctx, s.fold),
		empty:   tx.StmtContext(ctx, s.empty),
	}
}

// Append implements journal.Journal.
func (db *DB) Append(ctx context.Context, batches []journal.Batch) (fenced []executor.RunID, err error) {
	merged, err := journal.Merge(batches)
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	// A flush that has begun goes on to its end, which is a moment away. The
	// driver would start a goroutine for each statement to be able to cut it off.
	ctx = context.WithoutCancel(ctx)
	err = db.write(ctx, func(tx *sql.Tx) error {
		stmts := db.append.in(ctx, tx)
		for _, b := range merged {
			owned, err := stmts.write(ctx, b)
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
	var status, message any
	if c.Status != "" {
		status, message = c.Status, c.Error
	}
	result, err := s.advance.ExecContext(ctx, before, len(b.Records), status, message,
		micros(c.Started), micros(c.Ended), b.Run, b.Epoch, c.Reopened)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
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
