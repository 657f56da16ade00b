package pgtest_test

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/executor/journal/postgres/pgtest"
)

// victim is the variable that makes the test below print its URL and wait to be
// killed.
const victim = "WEFT_TEST_VICTIM"

func TestClusterDiesWithTheProcess(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t) // also skips where there is no PostgreSQL
	if os.Getenv(victim) != "" {
		fmt.Println("\n" + victim + address)
		select {}
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), victim+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir := socketDir(t, bufio.NewScanner(out))
	if _, err := os.Stat(dir); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the process was not killed")
	}
	wantGone(t, dir)
}

// socketDir returns the folder in the URL that the victim prints.
func socketDir(t *testing.T, lines *bufio.Scanner) string {
	t.Helper()
	for lines.Scan() {
		address, found := strings.CutPrefix(lines.Text(), victim)
		if !found {
			continue
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		return u.Query().Get("host")
	}
	t.Fatal("the process printed no URL")
	return ""
}

// wantGone waits until dir does not exist: it is removed last.
func wantGone(t *testing.T, dir string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for begin := time.Now(); time.Since(begin) < 30*time.Second; <-tick.C {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
	}
	t.Errorf("%s is still there", dir)
}

func TestSchemaIsEmptyAndDroppedAfterwards(t *testing.T) { //nolint:tparallel // it looks after the end of its inner test
	t.Parallel()
	var address string
	t.Run("inner", func(t *testing.T) {
		address = pgtest.URL(t)
		var schema string
		var tables int
		conn := connect(t, address)
		err := conn.QueryRow(t.Context(), `SELECT current_schema(), count(*) FROM pg_tables WHERE schemaname = current_schema()`).
			Scan(&schema, &tables)
		if err != nil {
			t.Fatal(err)
		}
		if tables != 0 || !strings.Contains(address, "search_path="+schema) {
			t.Errorf("schema %s has %d tables; want an empty one that the URL names: %s", schema, tables, address)
		}
	})
	var exists bool
	err := connect(t, address).QueryRow(t.Context(), `SELECT current_schema() IS NOT NULL`).Scan(&exists)
	if err != nil {
		t.Fatal(err)
	}
	if exists {
		t.Error("the schema is still there after the test")
	}
}

func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}
