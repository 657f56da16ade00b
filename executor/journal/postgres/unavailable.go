package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.org/weft/executor/journal"
)

// explain says of an error that stands for the database, not for what was asked
// of it, that it is so.
func explain(err error) error {
	var refused *pgconn.PgError
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, pgx.ErrNoRows):
		return err
	case !errors.As(err, &refused):
		if isOfJournal(err) {
			return err
		}
		return &journal.UnavailableError{Why: "the database does not answer", Err: err}
	case refused.Code == "53100":
		return &journal.UnavailableError{Why: "the disk of the database is full; free some of it", Err: err}
	}
	switch refused.Code[:2] {
	case "08", "53", "57", "58": // the connection, resources, an operator, the system around it
		return &journal.UnavailableError{Why: "the database is not able to", Err: err}
	}
	return err
}

// isOfJournal reports whether an error is one of those that every journal has.
func isOfJournal(err error) bool {
	for _, known := range []error{journal.ErrNotFound, journal.ErrConflict, journal.ErrText, journal.ErrBusy} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
