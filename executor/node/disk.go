package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"example.org/weft/executor"
	"example.org/weft/executor/runtime"
	"example.org/weft/object/store/space"
)

const (
	// floor is what must be free on the disk for an attempt to start: one that
	// starts below it would fail for what others wrote.
	floor = 4 << 20

	// roomPause is how often a node that waits for room looks for it: nobody
	// tells that a file was removed.
	roomPause = time.Second
)

// hasRoom reports whether an attempt may start as far as the disk goes. If not,
// admit is called again. The caller holds mu.
func (n *Node) hasRoom() bool {
	s, err := space.Of(n.cfg.Dir)
	n.short = err == nil && (s.NoNames || s.Free < floor)
	if !n.short {
		return true
	}
	if !n.looks {
		n.cfg.Log.Error("attempts wait for room on the disk", slog.String("node", string(n.cfg.ID)), slog.String("disk", s.String()))
		n.looks = true
		n.lookAgain()
	}
	return false
}

// lookAgain admits attempts once there is room. The caller holds mu.
func (n *Node) lookAgain() {
	time.AfterFunc(roomPause, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.admit()
		if n.looks = n.short && len(n.queue) > 0; n.looks {
			n.lookAgain()
		}
	})
}

// blame returns the failure of an attempt with the disk as its cause, if that
// was full. A function says so itself or fails to say; in its place the disk is
// looked at before anything is removed from it.
func (n *Node) blame(err error, stderr string) error {
	_, lost := errors.AsType[*lostError](err)
	if err == nil || lost || errors.Is(err, runtime.ErrExpression) {
		return err
	}
	s, spaceErr := space.Of(n.cfg.Dir)
	said := space.IsFull(err) || strings.Contains(strings.ToLower(stderr), unix.ENOSPC.Error())
	if spaceErr != nil || !said && !s.Full() {
		return err
	}
	return &failure{executor.CauseDiskFull, fmt.Errorf(
		"%w: there was no room on the disk: %s (folders of failed attempts are in %s/%s)", err, s, n.cfg.Dir, attemptsDir)}
}

// isOfDisk reports whether blame found the disk to blame.
func isOfDisk(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.cause == executor.CauseDiskFull
}

// makeRoom removes what an attempt that met a full disk has made, but for what
// it printed.
func (n *Node) makeRoom(ctx context.Context, f *folder, res result) {
	var errs []error
	for _, dir := range []string{workDir, outDir, tempDir, inDir} {
		errs = append(errs, n.removeAll(f.name+"/"+dir))
	}
	for _, id := range res.made {
		errs = append(errs, n.store.Delete(ctx, id))
	}
	if err := errors.Join(errs...); err != nil {
		n.cfg.Log.WarnContext(ctx, "cannot make room on the disk", slog.String("folder", f.path), slog.Any("err", err))
	}
}
