package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"example.org/weft/executor/embedded"
	"example.org/weft/executor/journal/sqlite"
	"example.org/weft/server"
)

// localFlags say how a server in this process is made.
type localFlags struct {
	nodes    int
	database string
	bucket   string
	triggers bool // runs start at their times, as long as the server serves
	temporal temporalFlags
}

func (l *localFlags) register(cmd *cobra.Command) {
	cmd.Flags().IntVar(&l.nodes, "nodes", 0,
		"nodes in this process, each with a store of its own (default as many as the data folder has, else 1)")
	cmd.Flags().StringVar(&l.bucket, "bucket", "",
		"s3://... or file:///... that --placement store puts every value through")
}

func (a *app) serveCommand() *cobra.Command {
	var local localFlags
	var listen string
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the REST interface and the dashboard, and run what is submitted",
		Args:  args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			token := a.getenv("WEFT_TOKEN")
			if err := server.CheckAddress(listen, token != ""); err != nil {
				return usage(fmt.Errorf("%w (the token is read from $WEFT_TOKEN)", err))
			}
			if err := local.temporal.check(local.database); err != nil {
				return usage(err)
			}
			local.triggers = true
			return a.serve(cmd.Context(), listen, token, local)
		},
	}
	local.register(cmd)
	local.temporal.register(cmd)
	cmd.Flags().StringVar(&local.database, "database", a.getenv("WEFT_DATABASE_URL"),
		"postgres://... for the journal (default $WEFT_DATABASE_URL, else SQLite in the data folder)")
	cmd.Flags().StringVar(&listen, "listen", strings.TrimPrefix(defaultServer, "http://"),
		"address to listen on; any but a loopback one needs $WEFT_TOKEN")
	return cmd
}

// serve serves until the program is told to stop.
func (a *app) serve(ctx context.Context, listen, token string, local localFlags) error {
	return a.withStack(ctx, listen, token, local, slog.LevelInfo, func(ctx context.Context, base string) error {
		fmt.Fprintf(a.stderr, "weft serves at %s\n", base)
		<-ctx.Done()
		return nil
	})
}

// withStack opens a server, and calls use while it serves. When use returns,
// everything is stopped in order: listener, engine, nodes, journal.
func (a *app) withStack(ctx context.Context, listen, token string, local localFlags, level slog.Level,
	use func(ctx context.Context, base string) error,
) error {
	log := a.logger(level)
	s, err := openStack(ctx, stackConfig{
		dir: a.dir, database: local.database, bucket: local.bucket, nodes: local.nodes,
		path: a.getenv("PATH"), token: token, getenv: a.getenv, log: log, temporal: local.temporal,
	})
	if err != nil {
		return err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", listen)
	if err != nil {
		return errors.Join(usage(fmt.Errorf("cannot listen: %w", err)), s.close())
	}
	base := "http://" + listener.Addr().String()
	if e, ok := s.engine.(*embedded.Engine); ok {
		e.Advertise(base)
	}
	if db, ok := s.db.(*sqlite.DB); ok {
		if err := db.SetAddress(base); err != nil {
			return errors.Join(err, listener.Close(), s.close())
		}
	}
	web := &http.Server{Handler: s.api, ReadHeaderTimeout: headerPatience}
	engineCtx, stopEngine := context.WithCancel(context.WithoutCancel(ctx))
	defer stopEngine()
	engineDone, webDone := make(chan error, 1), make(chan struct{})
	go func() { engineDone <- s.engine.Serve(engineCtx) }()
	go func() {
		defer close(webDone)
		_ = web.Serve(listener) // it says that it was closed
	}()
	var scheduling sync.WaitGroup
	if local.triggers {
		scheduling.Go(func() { s.api.ServeSchedules(engineCtx) })
	}

	useErr := use(ctx, base)

	const patience = 2 * time.Second
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	if web.Shutdown(closing) != nil {
		_ = web.Close() // streams stay open as long as their clients
	}
	<-webDone
	stopEngine()
	scheduling.Wait()
	return errors.Join(useErr, <-engineDone, s.close())
}

// withServer calls use with a client of the server that owns the data folder,
// or else of one that lives as long as the call.
func (a *app) withServer(ctx context.Context, local localFlags, use func(context.Context, *client) error) error {
	err := a.withStack(ctx, "127.0.0.1:0", "", local, slog.LevelError, func(ctx context.Context, base string) error {
		return use(ctx, newClient(base, ""))
	})
	var locked *sqlite.LockedError
	if !errors.As(err, &locked) {
		return err
	}
	if locked.Address == "" {
		return unreachable(fmt.Errorf("%w: it does not serve yet, try again", locked))
	}
	return use(ctx, newClient(locked.Address, a.getenv("WEFT_TOKEN")))
}

// reachFlags are for commands that look into runs, here or on a server.
type reachFlags struct{ local localFlags }

func (r *reachFlags) register(a *app, cmd *cobra.Command) { a.serverFlag(cmd) }

// with calls use with a client: of the server that is named, or of the one
// that has the data folder, which is started if there is none. Where there is
// no data folder either, it is the server at the default address.
func (r *reachFlags) with(a *app, ctx context.Context, use func(context.Context, *client) error) error {
	if a.serverNamed() {
		return use(ctx, a.client())
	}
	if _, err := os.Stat(a.dir); err != nil {
		err := use(ctx, a.client())
		var exit *exitError
		if errors.As(err, &exit) && exit.code == exitUnreachable {
			return unreachable(fmt.Errorf("there is no server named and no data in %s: %w", a.dir, err))
		}
		return err
	}
	return a.withServer(ctx, r.local, use)
}
