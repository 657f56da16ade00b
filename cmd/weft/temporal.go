package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/spf13/cobra"
	sdk "go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"example.org/weft/executor"
	"example.org/weft/executor/journal"
	"example.org/weft/executor/journal/postgres"
	"example.org/weft/executor/node"
	"example.org/weft/executor/temporal"
	"example.org/weft/object/peer"
	"example.org/weft/server"
)

// temporalFlags say which Temporal server drives the runs.
type temporalFlags struct {
	engine    string // of a server alone
	host      string // of Temporal, host:port
	namespace string
	objects   string // address where nodes fetch what users gave
}

func (f *temporalFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.engine, "engine", "embedded", "embedded: runs go on nodes in this process; temporal: on those of weft node")
	cmd.Flags().StringVar(&f.objects, "objects", "127.0.0.1:0", "address where nodes fetch what users gave, for --engine temporal")
	f.registerHost(cmd)
}

func (f *temporalFlags) registerHost(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.host, "temporal", "", "host:port of the Temporal server")
	cmd.Flags().StringVar(&f.namespace, "temporal-namespace", "default", "namespace there")
}

// check says what is wrong with the flags of a server.
func (f *temporalFlags) check(database string) error {
	switch {
	case f.engine != "embedded" && f.engine != "temporal":
		return fmt.Errorf("unknown engine %q: embedded or temporal", f.engine)
	case f.engine == "embedded" && f.host != "":
		return errors.New("--temporal is for --engine temporal")
	case f.engine == "temporal" && f.host == "":
		return errors.New("--engine temporal needs --temporal HOST:PORT")
	case f.engine == "temporal" && database == "":
		return errors.New("--engine temporal needs --database postgres://...: several processes share it")
	}
	return nil
}

// dial connects to the Temporal server.
func (f *temporalFlags) dial(ctx context.Context, log *slog.Logger) (sdk.Client, error) {
	c, err := sdk.DialContext(ctx, sdk.Options{
		HostPort: f.host, Namespace: f.namespace, Logger: sdklog.NewStructuredLogger(log),
	})
	if err != nil {
		return nil, unreachable(fmt.Errorf("cannot reach Temporal at %s: %w", f.host, err))
	}
	return c, nil
}

// serverNode is the node of a server, which holds what users gave.
const serverNode = executor.NodeID("server")

// openTemporal opens the engine of many machines.
func (s *stack) openTemporal(dir string, cfg stackConfig, programs *journal.Programs) (server.Members, error) {
	if err := server.CheckAddress(cfg.temporal.objects, cfg.token != ""); err != nil {
		return nil, usage(err)
	}
	db, ok := s.db.(*postgres.DB)
	if !ok {
		return nil, errors.New("the Temporal engine needs Postgres")
	}
	ctx, cancel := context.WithTimeout(context.Background(), temporalPatience)
	defer cancel()
	c, err := cfg.temporal.dial(ctx, cfg.log)
	if err != nil {
		return nil, err
	}
	s.stop = c.Close
	key, peers := peer.KeyOf(cfg.token), &temporal.Peers{}
	local, err := node.Open(node.Config{
		ID: serverNode, Dir: filepath.Join(dir, "nodes", string(serverNode)), Path: cfg.path,
		Listen: cfg.temporal.objects, Key: key, Locate: peers.Locate, Log: cfg.log,
	})
	if err != nil {
		return nil, err
	}
	s.nodes = append(s.nodes, local)
	e := temporal.New(temporal.Config{
		Client: c, Namespace: cfg.temporal.namespace, Database: db, Programs: programs,
		Local: local, Peers: peers, Key: key, Log: cfg.log,
	})
	s.engine = e
	return e, nil
}
