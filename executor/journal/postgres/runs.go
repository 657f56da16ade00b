package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor/journal"
)

// Runs implements journal.Catalog.
func (db *DB) Runs(ctx context.Context, f journal.Filter) ([]journal.RunRow, error) {
	where, args, err := conditions(f)
	if err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	for _, s := range []string{string(f.ID), string(f.Under), f.Workflow, string(f.Status), f.Query} {
		if !journal.IsText(s) {
			return nil, nil // no row has it
		}
	}
	args = append(args, min(max(f.Limit, 1), 1000))
	rows, err := db.pool.Query(ctx, `
		SELECT n, id, workflow, version, status, error, created, started, ended, owner, epoch, inputs, options, outputs
		FROM runs `+where+` ORDER BY n DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanRun)
	if err != nil {
		return nil, fmt.Errorf("cannot list runs: %w", err)
	}
	return list, nil
}

// conditions returns the WHERE clause of a filter. What a user gave goes into
// args alone.
func conditions(f journal.Filter) (where string, args []any, err error) {
	var all []string
	add := func(condition string, value any) {
		args = append(args, value)
		all = append(all, strings.ReplaceAll(condition, "$", "$"+strconv.Itoa(len(args))))
	}
	if f.ID != "" {
		add("id = $", f.ID)
	}
	if f.Under != "" { // what stands between "." and the character after it
		add("id > $", f.Under+".")
		add("id < $", f.Under+"/")
	}
	if f.TopLevel {
		all = append(all, "strpos(id, '.') = 0")
	}
	if f.Workflow != "" {
		add("workflow = $", f.Workflow)
	}
	if f.Status != "" {
		add("status = $", f.Status)
	}
	if !f.Since.IsZero() {
		add("created >= $", f.Since)
	}
	if f.Query != "" {
		add("(strpos(lower(id), lower($)) > 0 OR strpos(lower(workflow), lower($)) > 0 OR strpos(lower(error), lower($)) > 0)", f.Query)
	}
	if f.Before != "" {
		n, err := strconv.ParseInt(f.Before, 10, 64)
		if err != nil {
			return "", nil, fmt.Errorf("%w: %q", journal.ErrCursor, f.Before)
		}
		add("n < $", n)
	}
	if len(all) == 0 {
		return "", nil, nil
	}
	return "WHERE " + strings.Join(all, " AND "), args, nil
}

func scanRun(row pgx.CollectableRow) (r journal.RunRow, err error) {
	var n int64
	var started, ended *time.Time
	var inputs, options, outputs []byte
	err = row.Scan(&n, &r.ID, &r.Workflow, &r.Version, &r.Status, &r.Error, &r.Created, &started, &ended,
		&r.Owner, &r.Epoch, &inputs, &options, &outputs)
	if err != nil {
		return r, err
	}
	r.Cursor = strconv.FormatInt(n, 10)
	r.Created, r.Started, r.Ended = r.Created.UTC(), fromNull(started), fromNull(ended)
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
