// Package spacetest has small file systems for tests that fill them.
package spacetest

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// Mount returns a folder that is a file system of its own of that many
// megabytes. The test is skipped where this user may not mount.
func Mount(tb testing.TB, megabytes int) string {
	tb.Helper()
	dir := tb.TempDir()
	err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, fmt.Sprintf("size=%dm,mode=0755", megabytes))
	if err != nil {
		tb.Skipf("cannot mount a small file system here: %v", err)
	}
	tb.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			tb.Errorf("cannot unmount %s: %v", dir, err)
		}
	})
	return dir
}
