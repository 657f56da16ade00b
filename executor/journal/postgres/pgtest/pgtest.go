// Package pgtest gives tests a PostgreSQL of their own.
package pgtest

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// URL returns the connection URL of a schema that is the test's own and empty,
// and is dropped when the test is over. The first call of a test binary starts
// a private cluster, with the default settings for durability (a test that
// cares for speed alone may add &synchronous_commit=off); it ends with the
// process, however that ends, and leaves nothing behind. Where PostgreSQL is
// not installed the test is skipped.
func URL(tb testing.TB) string {
	tb.Helper()
	c, err := cluster()
	if errors.Is(err, errMissing) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatalf("cannot start PostgreSQL: %v", err)
	}
	schema := "test_" + strconv.FormatInt(schemas.Add(1), 10)
	execute(tb, c.dir, "CREATE SCHEMA "+schema)
	tb.Cleanup(func() { execute(tb, c.dir, "DROP SCHEMA "+schema+" CASCADE") })
	return connection(c.dir, schema)
}

// Start starts the cluster of this process, or finds it started, for programs
// that are no tests. It returns the connection URL of the public schema.
func Start() (string, error) {
	c, err := cluster()
	if err != nil {
		return "", err
	}
	return connection(c.dir, "public"), nil
}

//nolint:gochecknoglobals // there is one cluster in a test binary
var (
	cluster = sync.OnceValues(startCluster)
	schemas atomic.Int64
)

var errMissing = errors.New("PostgreSQL is not installed: no initdb in PATH or below /usr/lib/postgresql (Debian: apt-get install postgresql)")

// connection returns the URL of a schema in the cluster whose socket is in dir.
func connection(dir, schema string) string {
	v := url.Values{"host": {dir}, "search_path": {schema}}
	return "postgres://weft@/postgres?" + v.Encode()
}

// execute runs one statement on a connection of its own, also when the test is
// over.
func execute(tb testing.TB, dir, statement string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(tb.Context()), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, connection(dir, "public"))
	if err != nil {
		tb.Fatalf("cannot connect to PostgreSQL: %v", err)
	}
	_, err = conn.Exec(ctx, statement)
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		tb.Errorf("cannot execute %s: %v", statement, err)
	}
}

// binaries returns the folder of initdb and pg_ctl, the newest one if there are
// several.
func binaries() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errMissing
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// version returns N of /usr/lib/postgresql/N/bin/initdb; 0 when it is no number.
func version(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}
