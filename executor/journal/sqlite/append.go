package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// appendStmts are the statements of the way that every record goes.
type appendStmts struct {
	head, advance, change, outputs, insert, fold, empty *sql.Stmt
}

func prepareAppend(ctx context.Context, db *sql.DB) (appendStmts, error) {
	var s appendStmts
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.head, `SELECT epoch, seq FROM runs WHERE id = ?`},
		{&s.advance, `UPDATE runs SET seq = ? WHERE id = ?`},
		{&s.change, `UPDATE runs SET status = ?, started = coalesce(?, started), ended = coalesce(?, ended), error = ? WHERE id = ?`},
		{&s.outputs, `UPDATE run_values SET outputs = ? WHERE n = (SELECT n FROM runs WHERE id = ?)`},
		{&s.insert, `INSERT INTO records (run, seq, at, kind, data) VALUES (?, ?, ?, ?, ?)`},
		{&s.fold, `UPDATE inbox SET folded = 1 WHERE id = ? AND run = ?`},
		{&s.empty, `DELETE FROM inbox WHERE run = ?`},
	} {
		var err error
		if *p.stmt, err = db.PrepareContext(ctx, p.text); err != nil {
			return s, err
		}
	}
	return s, nil
}

// in returns the statements bound to a transaction, which closes them.
func (s appendStmts) in(ctx context.Context, tx *sql.Tx) appendStmts {
	return appendStmts{
		head:    tx.StmtContext(ctx, s.head),
		advance: tx.StmtContext(ctx, s.advance),
		change:  tx.StmtContext(ctx, s.change),
		outputs: tx.StmtContext(ctx, s.outputs),
		insert:  tx.StmtContext(ctx, s.insert),
		fold:    tx.StmtContext(ctx, s.fold),
		empty:   tx.StmtContext(ctx, s.empty),
	}
}

// Append implements journal.Journal.
func (db *DB) Append(ctx context.Context, batches []journal.Batch) (fenced []executor.RunID, err error) {
	var admitted []journal.Batch
	err = db.write(ctx, func(tx *sql.Tx) error {
		stmts := db.append.in(ctx, tx)
		heads, err := stmts.heads(ctx, batches)
		if err != nil {
			return err
		}
		if admitted, fenced, err = journal.Admit(heads, batches); err != nil {
			return err
		}
		for _, b := range admitted {
			if err := stmts.write(ctx, b); err != nil {
				return fmt.Errorf("cannot append to run %s: %w", b.Run, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	for _, b := range admitted {
		db.hub.Wake(b.Run)
	}
	return fenced, nil
}

func (s appendStmts) heads(ctx context.Context, batches []journal.Batch) (map[executor.RunID]journal.Head, error) {
	heads := make(map[executor.RunID]journal.Head, len(batches))
	for _, b := range batches {
		var h journal.Head
		err := s.head.QueryRowContext(ctx, b.Run).Scan(&h.Epoch, &h.Seq)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, err
		}
		heads[b.Run] = h
	}
	return heads, nil
}

func (s appendStmts) write(ctx context.Context, b journal.Batch) error {
	for _, r := range b.Records {
		kind, data, err := executor.EncodeFact(r.Fact)
		if err != nil {
			return err
		}
		if _, err := s.insert.ExecContext(ctx, b.Run, r.Seq, r.At.UnixMicro(), kind, data); err != nil {
			return err
		}
	}
	if n := len(b.Records); n > 0 {
		if _, err := s.advance.ExecContext(ctx, b.Records[n-1].Seq, b.Run); err != nil {
			return err
		}
	}
	for _, id := range b.Done {
		if _, err := s.fold.ExecContext(ctx, id, b.Run); err != nil {
			return err
		}
	}
	return s.summarise(ctx, b)
}

// summarise brings the row of the run up to date.
func (s appendStmts) summarise(ctx context.Context, b journal.Batch) error {
	c := journal.Summarise(b.Records)
	if c.Status == "" {
		return nil
	}
	if _, err := s.change.ExecContext(ctx, c.Status, micros(c.Started), micros(c.Ended), c.Error, b.Run); err != nil {
		return err
	}
	if !c.Status.Done() {
		return nil
	}
	outputs, err := json.Marshal(c.Outputs)
	if err != nil {
		return err
	}
	if _, err := s.outputs.ExecContext(ctx, outputs, b.Run); err != nil {
		return err
	}
	_, err = s.empty.ExecContext(ctx, b.Run)
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
