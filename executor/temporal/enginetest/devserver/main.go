// Command devserver is a Temporal server in one process, with its history in a
// file: for the lab, for tests that stop it, and for those who want to try the
// engine of many machines and have no Temporal server yet. It is not for more:
// see Temporal's documentation on how to run one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/schema/sqlite"
	"go.temporal.io/server/temporal"
)

func main() {
	address := flag.String("address", "127.0.0.1:7233", "host:port to listen on")
	file := flag.String("db", "temporal.db", "file for histories; it is made if need be")
	namespace := flag.String("namespace", "default", "namespace to have")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *address, *file, *namespace); err != nil {
		fmt.Fprintln(os.Stderr, "devserver: "+err.Error())
		os.Exit(1)
	}
}

// serve serves until ctx is done.
func serve(ctx context.Context, address, file, namespace string) error {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return err
	}
	cfg, err := configure(host, port, file)
	if err != nil {
		return err
	}
	if err := prepare(cfg, file, namespace); err != nil {
		return err
	}
	logger := log.NewNoopLogger()
	s, err := temporal.NewServer(
		temporal.WithConfig(cfg), temporal.ForServices(temporal.DefaultServices), temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
	)
	if err != nil {
		return err
	}
	if err := s.Start(); err != nil {
		return err
	}
	fmt.Printf("Temporal serves namespace %s at %s\n", namespace, address)
	<-ctx.Done()
	return s.Stop()
}

// configure is the smallest configuration: one shard, one process, SQLite. The
// parts of the server find each other at the address that it serves at.
func configure(host string, port int, file string) (*config.Config, error) {
	ports, err := freePorts(host, 9)
	if err != nil {
		return nil, err
	}
	service := func(grpc int, free []int) config.Service {
		return config.Service{RPC: config.RPC{GRPCPort: grpc, MembershipPort: free[0], HTTPPort: free[1], BindOnIP: host}}
	}
	frontend := net.JoinHostPort(host, strconv.Itoa(port))
	cfg := &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: host}},
		Persistence: config.Persistence{
			DefaultStore: sqliteplugin.PluginName, VisibilityStore: sqliteplugin.PluginName, NumHistoryShards: 1,
			DataStores: map[string]config.DataStore{sqliteplugin.PluginName: {SQL: &config.SQL{
				PluginName: sqliteplugin.PluginName, DatabaseName: file, ConnectAttributes: map[string]string{
					"mode": "rwc", "_journal_mode": "wal", "_synchronous": "2",
				},
			}}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10, MasterClusterName: "active", CurrentClusterName: "active",
			ClusterInformation: map[string]cluster.ClusterInformation{
				"active": {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services: map[string]config.Service{
			"frontend": service(port, ports[0:]),
			"history":  service(ports[2], ports[3:]),
			"matching": service(ports[5], ports[6:]),
			"worker":   {RPC: config.RPC{GRPCPort: ports[7], MembershipPort: ports[8], BindOnIP: host}},
		},
		PublicClient: config.PublicClient{HostPort: frontend},
	}
	cfg.Archival.History.State, cfg.Archival.Visibility.State = "disabled", "disabled"
	cfg.NamespaceDefaults.Archival.History.State, cfg.NamespaceDefaults.Archival.Visibility.State = "disabled", "disabled"
	return cfg, nil
}

// freePorts returns ports of a host that nobody listens on.
func freePorts(host string, n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0")) //nolint:noctx // it does not wait
		if err != nil {
			return nil, err
		}
		defer l.Close() // when all are chosen, so that none comes twice
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// prepare makes the file and the namespace if they are not there.
func prepare(cfg *config.Config, file, namespace string) error {
	sql := cfg.Persistence.DataStores[sqliteplugin.PluginName].SQL
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := sqlite.SetupSchema(sql); err != nil {
			return err
		}
	}
	ns, err := sqlite.NewNamespaceConfig(cfg.ClusterMetadata.CurrentClusterName, namespace, false, nil)
	if err != nil {
		return err
	}
	return sqlite.CreateNamespaces(sql, ns)
}
