package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"example.org/weft/bench/internal/weft"
	"example.org/weft/executor/journal/postgres/pgtest"
)

// onPostgres is `weft serve --database`, with a connection of our own to the
// same cluster.
type onPostgres struct {
	program  string
	server   *weft.Server
	conn     *pgx.Conn
	settings string
	process  int // Postgres' own, the parent of all others
}

func openPostgres(ctx context.Context, program, dir string) (*onPostgres, error) {
	url, err := pgtest.Start()
	if err != nil {
		return nil, err
	}
	p := &onPostgres{program: program}
	if p.conn, err = pgx.Connect(ctx, url); err != nil {
		return nil, err
	}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	p.server, err = weft.Serve(ctx, program, os.Stderr, "--database", url, "--data", filepath.Join(dir, "served"))
	return p, err
}

// prepare reads the settings back and makes the table of one-row commits.
func (p *onPostgres) prepare(ctx context.Context) error {
	var settings []string
	for _, name := range []string{"server_version", "fsync", "synchronous_commit"} {
		var value string
		if err := p.conn.QueryRow(ctx, "SHOW "+name).Scan(&value); err != nil {
			return err
		}
		settings = append(settings, name+"="+value)
	}
	p.settings = strings.Join(settings, ", ")
	var backend int
	if err := p.conn.QueryRow(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return err
	}
	var err error
	if p.process, err = weft.Parent(backend); err != nil {
		return err
	}
	_, err = p.conn.Exec(ctx, "CREATE TABLE bench_steps (id bigserial PRIMARY KEY, body text NOT NULL)")
	return err
}

func (p *onPostgres) title() string { return "weft serve on Postgres (" + p.settings + ")" }

func (p *onPostgres) commit(ctx context.Context) error {
	_, err := p.conn.Exec(ctx, "INSERT INTO bench_steps (body) VALUES ('done')")
	return err
}

func (p *onPostgres) run(ctx context.Context, file string) (cost, error) {
	before, err := p.used()
	if err != nil {
		return cost{}, err
	}
	r, err := weft.Run(ctx, p.program, nil, "submit", file, "--server", p.server.URL, "--wait")
	if err != nil {
		return cost{}, err
	}
	after, err := p.used()
	return cost{
		run:  time.Duration(r.Seconds * float64(time.Second)),
		weft: after.weft - before.weft, database: after.database - before.database,
	}, err
}

// used is the processor time that the server and Postgres have used so far.
func (p *onPostgres) used() (c cost, err error) {
	if c.weft, err = p.server.CPU(); err != nil {
		return c, err
	}
	c.database, err = weft.Family(p.process)
	return c, err
}

func (p *onPostgres) close(ctx context.Context) {
	if err := p.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "cost: the server:", err)
	}
	_ = p.conn.Close(ctx)
}
