package pgtest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// A running cluster has its files and its socket in dir. It lives as long as
// alive is open.
type running struct {
	dir   string
	alive io.Closer
}

// script runs beside the test process. Its standard input is a pipe whose other
// end only that process has: when it ends, in whatever way, the script reads
// the end of the file and clears up. A word on its standard output says that
// the cluster is up. There is no TCP port, only a socket in the folder.
const script = `
dir=$1
trap 'pg_ctl --pgdata="$dir/data" --silent --mode=immediate stop; rm -rf "$dir"' EXIT
exec 2>"$dir/report"
initdb --pgdata="$dir/data" --username=weft --auth=trust --encoding=UTF8 --locale=C --no-sync >&2 &&
pg_ctl --pgdata="$dir/data" --silent --wait --log="$dir/report" \
	--options="-c listen_addresses= -c unix_socket_directories=$dir -c max_connections=300" start >&2 &&
echo up || cat "$dir/report"
exec >&-
read -r _
`

func startCluster() (*running, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "weft-pg-")
	if err != nil {
		return nil, err
	}
	who, err := unprivileged(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return run(&exec.Cmd{
		Path: "/bin/sh",
		Args: []string{"sh", "-c", script, "sh", dir},
		Env:  []string{"PATH=" + bin + ":/usr/bin:/bin", "LC_ALL=C"},
		Dir:  dir,
		// In a process group of its own it outlives a Ctrl-C, to clear up.
		SysProcAttr: &syscall.SysProcAttr{Credential: who, Setpgid: true},
	}, dir)
}

func run(cmd *exec.Cmd, dir string) (*running, error) {
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	said, err := io.ReadAll(out)
	if string(said) == "up\n" && err == nil {
		return &running{dir: dir, alive: alive}, nil
	}
	return nil, errors.Join(err, fmt.Errorf("it says:\n%s", said), alive.Close(), cmd.Wait())
}

// unprivileged returns who may run PostgreSQL, which refuses to run as root,
// and gives that user dir; nil means the user that we are.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(errUID, errGID, os.Chown(dir, int(uid), int(gid))); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
