// Package postgres keeps a journal in a PostgreSQL database, for any number of
// servers at a time.
//
// An owner's appends are fenced: each locks the rows of its runs and compares
// their epochs in the transaction that writes the records. The clock of leases
// is that of the database. What changed is told to all servers by NOTIFY, in
// the transaction that changed it.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/internal/hub"
)

var (
	_ journal.Journal   = (*DB)(nil)
	_ journal.Releaser  = (*DB)(nil)
	_ journal.Mailbox   = (*DB)(nil)
	_ journal.Catalog   = (*DB)(nil)
	_ journal.Documents = (*DB)(nil)
	_ journal.Watcher   = (*DB)(nil)
)

// A DB is an open journal. It is safe for concurrent use.
type DB struct {
	pool    *pgxpool.Pool
	channel string // of NOTIFY
	hub     *hub.Hub
	stop    func() // ends the listener and waits for it
}

// Open opens the journal in the database at url, a PostgreSQL connection URL or
// string, in the first schema of its search_path (search_path=name in the URL
// chooses another). It creates or migrates the tables. A database that cannot
// be reached within connect_timeout (10 s when url has none) is an error, and so
// is one that a newer Weft wrote. The caller closes the DB.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := config(url)
	if err != nil {
		return nil, fmt.Errorf("cannot open journal: %w", err)
	}
	db, err := open(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("cannot open journal in database %s on %s: %w", cfg.ConnConfig.Database, cfg.ConnConfig.Host, err)
	}
	return db, nil
}

func config(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(url, "pool_max_conns") {
		cfg.MaxConns = max(cfg.MaxConns, 16) // commits of several connections share a flush
	}
	c := cfg.ConnConfig
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
	}
	for name, value := range map[string]string{
		"application_name":   "weft",
		"synchronous_commit": "on", // also where the server's default is less
	} {
		if _, given := c.RuntimeParams[name]; !given {
			c.RuntimeParams[name] = value
		}
	}
	return cfg, nil
}

func open(ctx context.Context, cfg *pgxpool.Config) (*DB, error) {
	// The connection that listens is the first one, and holds the lock under
	// which the tables are migrated.
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return nil, err
	}
	db := &DB{}
	if db.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, errors.Join(err, conn.Close(ctx))
	}
	if err := db.prepare(ctx, conn); err != nil {
		db.pool.Close()
		return nil, errors.Join(err, conn.Close(ctx))
	}
	db.hub = hub.New()
	db.stop = startListener(ctx, conn, &listener{config: cfg.ConnConfig, channel: db.channel, hub: db.hub})
	return db, nil
}

// prepare brings the tables up to date and has conn listen.
func (db *DB) prepare(ctx context.Context, conn *pgx.Conn) error {
	err := conn.QueryRow(ctx, `SELECT 'weft_' || oid FROM pg_namespace WHERE nspname = current_schema()`).Scan(&db.channel)
	if errors.Is(err, pgx.ErrNoRows) {
		return errors.New("no schema of its search_path exists")
	}
	if err != nil {
		return err
	}
	if err := migrate(ctx, conn, db.pool, db.channel); err != nil {
		return err
	}
	// Owners that died and never came back.
	if _, err := db.pool.Exec(ctx, `DELETE FROM owners WHERE expires < now() - interval '1 day'`); err != nil {
		return err
	}
	return listen(ctx, conn, db.channel)
}

// Close ends the watching and closes the connections. Leases stay as they are.
func (db *DB) Close() error {
	db.stop()
	db.hub.Close()
	db.pool.Close()
	return nil
}

// Watch implements journal.Watcher.
func (db *DB) Watch(run executor.RunID, wake func()) (stop func()) {
	return db.hub.Watch(run, wake)
}

// Durability returns what the database says of its settings fsync and
// synchronous_commit on a connection of the journal: "on" and "on" mean that
// what was acknowledged is on the disk.
func (db *DB) Durability(ctx context.Context) (fsync, commit string, err error) {
	err = db.pool.QueryRow(ctx, `SELECT current_setting('fsync'), current_setting('synchronous_commit')`).Scan(&fsync, &commit)
	if err != nil {
		return "", "", fmt.Errorf("cannot read the settings of the database: %w", err)
	}
	return fsync, commit, nil
}

// orNull returns a time as it stands in the database: NULL is the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// fromNull is the inverse of orNull.
func fromNull(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
