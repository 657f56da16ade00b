package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"example.org/weft/executor/journal"
)

// Runs implements journal.Catalog.
func (db *DB) Runs(ctx context.Context, f journal.Filter) ([]journal.RunRow, error) {
	where, args, err := conditions(f)
	if err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	rows, err := db.reader.QueryContext(ctx, `
		SELECT r.n, r.id, r.workflow, r.version, r.status, r.error, r.created, r.started, r.ended, r.owner, r.epoch,
			v.inputs, v.options, v.outputs
		FROM runs r JOIN run_values v USING (n) `+where+` ORDER BY r.n DESC LIMIT ?`,
		append(args, min(max(f.Limit, 1), 1000))...)
	if err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	defer rows.Close()
	var list []journal.RunRow
	for rows.Next() {
		r, err := scanRun(rows)
		if err != nil {
			return nil, fmt.Errorf("cannot list runs: %w", err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	return list, nil
}

// conditions returns the WHERE clause of a filter. What a user gave goes into
// args alone.
func conditions(f journal.Filter) (where string, args []any, err error) {
	var all []string
	add := func(condition string, values ...any) {
		all = append(all, condition)
		args = append(args, values...)
	}
	if f.ID != "" {
		add("r.id = ?", f.ID)
	}
	if f.Under != "" { // what stands between "." and the character after it
		add("r.id > ? AND r.id < ?", f.Under+".", f.Under+"/")
	}
	if f.TopLevel {
		add("instr(r.id, '.') = 0")
	}
	if f.Workflow != "" {
		add("r.workflow = ?", f.Workflow)
	}
	if f.Status != "" {
		add("r.status = ?", f.Status)
	}
	if !f.Since.IsZero() {
		add("r.created >= ?", f.Since.UnixMicro())
	}
	if f.Query != "" {
		add("(instr(lower(r.id), lower(?)) OR instr(lower(r.workflow), lower(?)) OR instr(lower(r.error), lower(?)))",
			f.Query, f.Query, f.Query)
	}
	if f.Before != "" {
		n, err := strconv.ParseInt(f.Before, 10, 64)
		if err != nil {
			return "", nil, fmt.Errorf("%w: %q", journal.ErrCursor, f.Before)
		}
		add("r.n < ?", n)
	}
	if len(all) == 0 {
		return "", nil, nil
	}
	return "WHERE " + strings.Join(all, " AND "), args, nil
}

func scanRun(rows *sql.Rows) (r journal.RunRow, err error) {
	var n int64
	var created, started, ended sql.NullInt64
	var inputs, options, outputs []byte
	err = rows.Scan(&n, &r.ID, &r.Workflow, &r.Version, &r.Status, &r.Error, &created, &started, &ended,
		&r.Owner, &r.Epoch, &inputs, &options, &outputs)
	if err != nil {
		return r, err
	}
	r.Cursor = strconv.FormatInt(n, 10)
	r.Created, r.Started, r.Ended = fromMicros(created), fromMicros(started), fromMicros(ended)
	if err := json.Unmarshal(inputs, &r.Inputs); err != nil {
		return r, err
	}
	if err := json.Unmarshal(options, &r.Options); err != nil {
		return r, err
	}
	if outputs == nil {
		return r, nil
	}
	return r, json.Unmarshal(outputs, &r.Outputs)
}
