package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// Append implements journal.Journal. It takes two round trips, however many
// runs and records there are: one locks the runs, one writes and commits.
func (db *DB) Append(ctx context.Context, batches []journal.Batch) (fenced []executor.RunID, err error) {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	// The pool closes a connection that comes back within a transaction: so
	// every return before the commit is a rollback.
	defer conn.Release()
	heads, err := lockRuns(ctx, conn, batches)
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	admitted, fenced, err := journal.Admit(heads, batches)
	if err == nil {
		err = db.commit(ctx, conn, admitted)
	} else if _, errBack := conn.Exec(ctx, "rollback"); errBack != nil {
		err = fmt.Errorf("%w (and cannot roll back: %w)", err, errBack)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	return fenced, nil
}

// lockRuns begins a transaction and locks the rows of all runs, in the order of
// their ids, so that no two calls wait for each other.
func lockRuns(ctx context.Context, conn *pgxpool.Conn, batches []journal.Batch) (map[executor.RunID]journal.Head, error) {
	ids := make([]string, len(batches))
	for i, b := range batches {
		ids[i] = string(b.Run)
	}
	heads := make(map[executor.RunID]journal.Head, len(batches))
	b := &pgx.Batch{}
	b.Queue("begin")
	b.Queue(`SELECT id, epoch, seq FROM runs WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, ids).
		Query(func(rows pgx.Rows) error {
			var run executor.RunID
			var head journal.Head
			_, err := pgx.ForEachRow(rows, []any{&run, &head.Epoch, &head.Seq}, func() error {
				heads[run] = head
				return nil
			})
			return err
		})
	return heads, conn.SendBatch(ctx, b).Close()
}

// commit writes what was admitted, at most one batch a run, and commits.
func (db *DB) commit(ctx context.Context, conn *pgxpool.Conn, admitted []journal.Batch) error {
	b := &pgx.Batch{}
	if err := queueRecords(b, admitted); err != nil {
		return err
	}
	if err := queueChanges(b, admitted); err != nil {
		return err
	}
	queueInbox(b, admitted)
	for _, a := range admitted {
		db.queueNotify(b, a.Run)
	}
	b.Queue("commit")
	return conn.SendBatch(ctx, b).Close()
}

func (db *DB) queueNotify(b *pgx.Batch, run executor.RunID) {
	b.Queue(`SELECT pg_notify($1, $2)`, db.channel, run)
}

// queueRecords adds one statement that inserts all records.
func queueRecords(b *pgx.Batch, admitted []journal.Batch) error {
	var runs, kinds []string
	var seqs []uint64
	var times []time.Time
	var facts [][]byte
	for _, a := range admitted {
		for _, r := range a.Records {
			kind, data, err := executor.EncodeFact(r.Fact)
			if err != nil {
				return err
			}
			runs, seqs, times = append(runs, string(a.Run)), append(seqs, r.Seq), append(times, r.At)
			kinds, facts = append(kinds, kind), append(facts, data)
		}
	}
	if len(runs) > 0 {
		b.Queue(`
			INSERT INTO records (run, seq, at, kind, data)
			SELECT * FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::bytea[])`,
			runs, seqs, times, kinds, facts)
	}
	return nil
}

// queueChanges adds one statement that brings the rows of all runs up to date.
func queueChanges(b *pgx.Batch, admitted []journal.Batch) error {
	var runs []string
	var seqs []uint64
	var statuses, errs []*string
	var started, ended []*time.Time
	var outputs [][]byte
	for _, a := range admitted {
		if len(a.Records) == 0 {
			continue
		}
		c := journal.Summarise(a.Records)
		var status, message *string
		var out []byte
		if c.Status != "" {
			status, message = (*string)(&c.Status), &c.Error
		}
		if c.Status.Done() {
			var err error
			if out, err = json.Marshal(c.Outputs); err != nil {
				return err
			}
		}
		runs, seqs = append(runs, string(a.Run)), append(seqs, a.Records[len(a.Records)-1].Seq)
		statuses, errs, outputs = append(statuses, status), append(errs, message), append(outputs, out)
		started, ended = append(started, orNull(c.Started)), append(ended, orNull(c.Ended))
	}
	if len(runs) > 0 {
		b.Queue(`
			UPDATE runs r SET seq = c.seq,
				status = coalesce(c.status, r.status), error = coalesce(c.error, r.error),
				started = coalesce(c.started, r.started), ended = coalesce(c.ended, r.ended),
				outputs = coalesce(c.outputs, r.outputs)
			FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bytea[])
				AS c (id, seq, status, error, started, ended, outputs)
			WHERE r.id = c.id`,
			runs, seqs, statuses, errs, started, ended, outputs)
	}
	return nil
}

// queueInbox adds what folds messages in and empties the inboxes of runs that
// ended.
func queueInbox(b *pgx.Batch, admitted []journal.Batch) {
	var runs, ended []string
	var ids []int64
	for _, a := range admitted {
		for _, id := range a.Done {
			runs, ids = append(runs, string(a.Run)), append(ids, id)
		}
		if journal.Summarise(a.Records).Status.Done() {
			ended = append(ended, string(a.Run))
		}
	}
	if len(ids) > 0 {
		b.Queue(`
			UPDATE inbox i SET folded = true FROM unnest($1::text[], $2::bigint[]) AS d (run, id)
			WHERE i.id = d.id AND i.run = d.run`, runs, ids)
	}
	if len(ended) > 0 {
		b.Queue(`DELETE FROM inbox WHERE run = ANY($1)`, ended)
	}
}
