package runtime

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// groupAlive reports whether a process of the group can still do something.
// The dead that nobody reaped do not count.
func groupAlive(group int) bool {
	if errors.Is(unix.Kill(-group, 0), unix.ESRCH) {
		return false
	}
	proc, err := os.Open("/proc")
	if err != nil {
		return false
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return false
	}
	for _, name := range names {
		if _, err := strconv.Atoi(name); err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + name + "/stat")
		if err == nil && liveMember(stat, group) {
			return true
		}
	}
	return false
}

// liveMember reads a line of /proc/PID/stat: "pid (name) state ppid pgrp ...".
func liveMember(stat []byte, group int) bool {
	_, rest, ok := bytes.Cut(stat, []byte(") "))
	for ok { // the name may have parentheses itself
		var next []byte
		if _, next, ok = bytes.Cut(rest, []byte(") ")); ok {
			rest = next
		}
	}
	fields := bytes.Fields(rest)
	if len(fields) < 3 || bytes.ContainsAny(fields[0], "ZX") {
		return false
	}
	return string(fields[2]) == strconv.Itoa(group)
}
