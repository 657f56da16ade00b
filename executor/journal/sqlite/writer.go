package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// A writer is the connection that writes, in one transaction after the other.
// It begins and ends them by statements prepared once: the transactions of
// database/sql compile theirs anew each time, which costs as much as an insert.
type writer struct {
	dir  string
	pool *sql.DB // has no connection but conn
	room *room   // guarded by mu

	mu                      sync.Mutex // held by the transaction under way
	conn                    *sql.Conn
	begin, commit, rollback *sql.Stmt
	append                  appendStmts
}

// openWriter opens the database, brings its tables up to date and clears what
// dead owners left: the lock says that none is alive.
func openWriter(ctx context.Context, dir, path string) (*writer, error) {
	pool, err := sql.Open("sqlite", source(path, ""))
	if err != nil {
		return nil, err
	}
	w := &writer{dir: dir, pool: pool}
	pool.SetMaxOpenConns(1)
	if err := migrate(ctx, pool); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if _, err := pool.ExecContext(ctx, `DELETE FROM owners`); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if err := w.prepare(ctx); err != nil {
		return nil, errors.Join(err, w.close())
	}
	if w.room, err = openRoom(dir, path); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

// prepare takes the connection from its pool and prepares the statements, which
// are closed with it.
func (w *writer) prepare(ctx context.Context) (err error) {
	if w.conn, err = w.pool.Conn(ctx); err != nil {
		return err
	}
	if err := keepLog(ctx, w.conn); err != nil {
		return err
	}
	if w.begin, err = w.conn.PrepareContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if w.commit, err = w.conn.PrepareContext(ctx, "COMMIT"); err != nil {
		return err
	}
	if w.rollback, err = w.conn.PrepareContext(ctx, "ROLLBACK"); err != nil {
		return err
	}
	w.append, err = prepareAppend(ctx, w.conn)
	return err
}

// do runs f in a transaction that holds the write lock from its start. What ctx
// cuts off is f's own; the transaction is ended in any case.
func (w *writer) do(ctx context.Context, f func(tx *sql.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, err := w.begin.ExecContext(ctx); err != nil {
		return explain(w.dir, err)
	}
	err := f(w.conn)
	if err == nil {
		_, err = w.commit.ExecContext(ctx)
	}
	if err != nil {
		_, _ = w.rollback.ExecContext(ctx) // err says why; SQLite may have done it already
		return explain(w.dir, err)
	}
	w.room.keep()
	return nil
}

func (w *writer) close() error {
	var err error
	if w.conn != nil {
		err = w.conn.Close()
	}
	err = errors.Join(err, w.pool.Close())
	if w.room != nil {
		err = errors.Join(err, w.room.close())
	}
	return err
}
