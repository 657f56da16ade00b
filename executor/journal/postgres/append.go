package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
)

// appendSQL is the whole of an append, so that it takes one round trip. Its
// parts, in order: the batches; their runs that still have the owner, locked in
// the order of their ids, so that no two appends wait for each other; the rows
// of these brought up to date, where a gap breaks a constraint and so undoes
// all; their records; the messages that they fold in. It returns the runs that
// were written.
const appendSQL = `
WITH batch AS (
	SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[],
			$5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::bytea[], $10::boolean[])
		AS b (run, epoch, before, count, status, error, started, ended, outputs, reopened)
), owned AS (
	SELECT b.* FROM runs r JOIN batch b ON b.run = r.id AND b.epoch = r.epoch
	ORDER BY r.id FOR NO KEY UPDATE OF r
), updated AS (
	UPDATE runs r SET
		seq = CASE WHEN b.count = 0 OR r.seq = b.before THEN r.seq + b.count ELSE -1 END,
		status = coalesce(b.status, r.status), error = coalesce(b.error, r.error),
		started = coalesce(b.started, r.started),
		ended = CASE WHEN b.reopened THEN NULL ELSE coalesce(b.ended, r.ended) END,
		outputs = CASE WHEN b.reopened THEN NULL ELSE coalesce(b.outputs, r.outputs) END,
		owner = CASE WHEN b.reopened THEN '' ELSE r.owner END
	FROM owned b WHERE r.id = b.run
	RETURNING r.id
), written AS (
	INSERT INTO records (run, seq, at, kind, data)
	SELECT f.run, f.seq, f.at, f.kind, f.data
	FROM unnest($11::text[], $12::bigint[], $13::bigint[], $14::timestamptz[], $15::text[], $16::bytea[])
		AS f (run, epoch, seq, at, kind, data)
	JOIN owned USING (run, epoch)
), folded AS (
	UPDATE inbox i SET folded = true
	FROM unnest($17::text[], $18::bigint[], $19::bigint[]) AS d (run, epoch, id) JOIN owned USING (run, epoch)
	WHERE i.id = d.id AND i.run = d.run
)
SELECT id FROM updated, pg_notify($20, id)`

// emptySQL empties the inboxes of runs that ended. It follows in the same
// transaction, to see the messages that came while appendSQL waited for a lock.
const emptySQL = `DELETE FROM inbox i USING runs r WHERE i.run = r.id AND r.ended IS NOT NULL AND r.id = ANY($1)`

// Append implements journal.Journal.
func (db *DB) Append(ctx context.Context, batches []journal.Batch) (fenced []executor.RunID, err error) {
	merged, err := journal.Merge(batches)
	if err != nil {
		return nil, fmt.Errorf("cannot append: %w", err)
	}
	var rows appendRows
	for _, b := range merged {
		if err := rows.add(b); err != nil {
			return nil, fmt.Errorf("cannot append to run %s: %w", b.Run, err)
		}
	}
	var written []executor.RunID
	q := &pgx.Batch{} // is one transaction
	q.Queue(appendSQL, append(rows.arguments(), db.channel)...).Query(func(result pgx.Rows) (err error) {
		written, err = pgx.CollectRows(result, pgx.RowTo[executor.RunID])
		return err
	})
	if len(rows.ended) > 0 {
		q.Queue(emptySQL, rows.ended)
	}
	if err := db.pool.SendBatch(ctx, q).Close(); err != nil {
		return nil, fmt.Errorf("cannot append: %w", explain(err))
	}
	return without(merged, written), nil
}

// without returns the runs of batches that were not written.
func without(batches []journal.Batch, written []executor.RunID) (fenced []executor.RunID) {
	slices.Sort(written)
	for _, b := range batches {
		if _, found := slices.BinarySearch(written, b.Run); !found {
			fenced = append(fenced, b.Run)
		}
	}
	return fenced
}

// appendRows are the columns of the rows that an append writes.
type appendRows struct {
	batch struct {
		runs           []string
		epochs         []uint64
		befores        []uint64
		counts         []int
		statuses, errs []*string
		started, ended []*time.Time
		outputs        [][]byte
		reopened       []bool
	}
	fact struct {
		runs   []string
		epochs []uint64
		seqs   []uint64
		times  []time.Time
		kinds  []string
		data   [][]byte
	}
	done struct {
		runs   []string
		epochs []uint64
		ids    []int64
	}
	ended []string // runs
}

// arguments returns the columns in the order of the parameters of appendSQL.
func (r *appendRows) arguments() []any {
	b, f, d := &r.batch, &r.fact, &r.done
	return []any{
		b.runs, b.epochs, b.befores, b.counts, b.statuses, b.errs, b.started, b.ended, b.outputs, b.reopened,
		f.runs, f.epochs, f.seqs, f.times, f.kinds, f.data,
		d.runs, d.epochs, d.ids,
	}
}

func (r *appendRows) add(b journal.Batch) error {
	if err := r.addBatch(b); err != nil {
		return err
	}
	f, d := &r.fact, &r.done
	for _, record := range b.Records {
		kind, data, err := executor.EncodeFact(record.Fact)
		if err != nil {
			return err
		}
		f.runs, f.epochs, f.seqs = append(f.runs, string(b.Run)), append(f.epochs, b.Epoch), append(f.seqs, record.Seq)
		f.times, f.kinds, f.data = append(f.times, record.At), append(f.kinds, kind), append(f.data, data)
	}
	for _, id := range b.Done {
		d.runs, d.epochs, d.ids = append(d.runs, string(b.Run)), append(d.epochs, b.Epoch), append(d.ids, id)
	}
	return nil
}

func (r *appendRows) addBatch(b journal.Batch) error {
	c := journal.Summarise(b.Records)
	var before uint64
	if len(b.Records) > 0 {
		before = b.Records[0].Seq - 1
	}
	var status, message *string
	if c.Status != "" {
		status, message = (*string)(&c.Status), &c.Error
	}
	var outputs []byte
	if c.Status.Done() {
		var err error
		if outputs, err = json.Marshal(c.Outputs); err != nil {
			return err
		}
		r.ended = append(r.ended, string(b.Run))
	}
	to := &r.batch
	to.runs, to.epochs = append(to.runs, string(b.Run)), append(to.epochs, b.Epoch)
	to.befores, to.counts = append(to.befores, before), append(to.counts, len(b.Records))
	to.statuses, to.errs = append(to.statuses, status), append(to.errs, message)
	to.started, to.ended = append(to.started, orNull(c.Started)), append(to.ended, orNull(c.Ended))
	to.outputs, to.reopened = append(to.outputs, outputs), append(to.reopened, c.Reopened)
	return nil
}
