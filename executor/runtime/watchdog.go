package runtime

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// watchdogScript keeps a list of process groups and kills them when its input
// ends, which it does when this process dies, however it dies.
const watchdogScript = `
live=
while read -r op group; do
	case $op in
	watch) live="$live $group" ;;
	release)
		rest=
		for g in $live; do [ "$g" = "$group" ] || rest="$rest $g"; done
		live=$rest ;;
	esac
done
for g in $live; do kill -9 "-$g" 2>/dev/null; done
`

// A watchdog sees to it that process groups die with this process. The kernel
// does that for a child (Pdeathsig), but not for the child's children. The zero
// watchdog is ready; it starts its shell for the first group.
type watchdog struct {
	mu    sync.Mutex // guards the following fields
	cmd   *exec.Cmd
	input io.WriteCloser
}

func (w *watchdog) watch(group int) error { return w.tell("watch", group) }

func (w *watchdog) release(group int) error { return w.tell("release", group) }

func (w *watchdog) tell(op string, group int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd == nil {
		if err := w.start(); err != nil {
			return fmt.Errorf("cannot start the watchdog of processes: %w", err)
		}
	}
	if _, err := fmt.Fprintln(w.input, op, group); err != nil {
		return errors.Join(fmt.Errorf("cannot reach the watchdog of processes: %w", err), w.stop())
	}
	return nil
}

func (w *watchdog) start() error {
	cmd := &exec.Cmd{Path: "/bin/sh", Args: []string{"weft-watchdog", "-c", watchdogScript}, Env: []string{}, Dir: "/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a Ctrl-C on the terminal is not for it
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return errors.Join(err, input.Close())
	}
	w.cmd, w.input = cmd, input
	return nil
}

// stop ends the shell; the next group starts another one.
func (w *watchdog) stop() error {
	err := errors.Join(w.input.Close(), w.cmd.Wait())
	w.cmd, w.input = nil, nil
	return err
}

func (w *watchdog) close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cmd == nil {
		return nil
	}
	return w.stop()
}
