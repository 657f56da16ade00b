package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// traced are the calls that change a file system or make it durable.
const traced = "?open,?creat,openat,?mkdir,mkdirat,?unlink,unlinkat,?rmdir,?rename,?renameat,renameat2,?link,linkat,?symlink,symlinkat," +
	"write,pwrite64,writev,pwritev,?pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,splice," +
	"fsync,fdatasync,sync,syncfs,sync_file_range"

// strace makes cmd, with its children, write its system calls to a file.
func strace(t *testing.T, cmd *exec.Cmd, trace string) {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	if out, err := exec.CommandContext(t.Context(), path, "-f", "--seccomp-bpf", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %v: %s", err, out)
	}
	cmd.Args = append([]string{
		path, "-f", "--seccomp-bpf", "-qq", "-y", "-s", "100000000", "-e", "signal=none", "-e", "trace=" + traced, "-o", trace, "--",
	}, cmd.Args...)
	cmd.Path = path
}

// A call is a system call that succeeded.
type call struct {
	begin, end int // lines of the trace
	name       string
	args       []string
	result     string
}

// readTrace reads a trace in the order in which the calls ended.
func readTrace(path string) ([]call, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var calls []call
	type begun struct {
		line int
		text string
	}
	open := map[string]begun{}
	lines := bufio.NewReaderSize(f, 1<<20)
	for n := 0; ; n++ {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return calls, nil
		}
		if err != nil {
			return nil, err
		}
		pid, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		text = strings.TrimLeft(text, " ")
		begin := n
		if start, ok := strings.CutSuffix(text, " <unfinished ...>"); ok {
			open[pid] = begun{n, start}
			continue
		}
		if strings.HasPrefix(text, "<... ") {
			_, rest, _ := strings.Cut(text, " resumed>")
			begin, text = open[pid].line, open[pid].text+rest
		}
		if c, ok := parseCall(text); ok {
			c.begin, c.end = begin, n
			calls = append(calls, c)
		}
	}
}

var callForm = regexp.MustCompile(`(?s)^(\w+)\((.*)\)\s+= (.*)$`)

// parseCall reads "name(args) = result"; ok is false for a call that failed.
func parseCall(text string) (c call, ok bool) {
	m := callForm.FindStringSubmatch(text)
	if m == nil || strings.HasPrefix(m[3], "-1 ") || strings.HasPrefix(m[3], "?") {
		return call{}, false
	}
	c = call{name: m[1], result: m[3]}
	quoted, from := false, 0
	for i := 0; i < len(m[2]); i++ {
		switch {
		case m[2][i] == '\\':
			i++
		case m[2][i] == '"':
			quoted = !quoted
		case m[2][i] == ',' && !quoted:
			c.args = append(c.args, strings.TrimSpace(m[2][from:i]))
			from = i + 1
		}
	}
	c.args = append(c.args, strings.TrimSpace(m[2][from:]))
	return c, true
}

// file returns the path of an argument or result like `7</tmp/x>`.
func file(arg string) string {
	_, path, _ := strings.Cut(arg, "<")
	return strings.TrimSuffix(path, ">")
}

// text returns the bytes of a quoted argument, in which strace writes C.
func text(arg string) []byte {
	s := strings.TrimSuffix(strings.TrimPrefix(arg, `"`), `"`)
	out := make([]byte, 0, len(s))
	escapes := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'v': '\v', 'f': '\f', '"': '"', '\\': '\\'}
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		i++
		if b, ok := escapes[s[i]]; ok {
			out = append(out, b)
			continue
		}
		end := i
		for end < len(s) && end < i+3 && s[end] >= '0' && s[end] <= '7' {
			end++
		}
		b, _ := strconv.ParseUint(s[i:end], 8, 8) // the trace is strace's
		out, i = append(out, byte(b)), end-1
	}
	return out
}

// at returns the path that arguments i (a folder) and i+1 (a name) mean.
func (c call) at(i int) string {
	name := string(text(c.args[i+1]))
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(file(c.args[i]), name)
}

// replay does to the disk what the call did. It knows the calls that Weft, the
// shell and SQLite use, and refuses others.
func (d *disk) replay(c call) error {
	switch c.name {
	case "open", "openat":
		d.replayOpen(c)
	case "mkdirat":
		if d.holds(c.at(0)) {
			d.create(c.end, c.at(0), true)
		}
	case "mkdir", "unlink", "rmdir", "rename", "link":
		modern, err := c.modern()
		if err != nil {
			return err
		}
		return d.replay(modern)
	case "unlinkat":
		if d.holds(c.at(0)) {
			d.remove(c.end, c.at(0))
		}
	case "renameat", "renameat2":
		return d.across(c, d.rename)
	case "linkat":
		return d.across(c, d.link)
	default:
		return d.replayData(c)
	}
	return nil
}

// modern returns the call that does the same with folders named.
func (c call) modern() (call, error) {
	names := map[string]string{"mkdir": "mkdirat", "unlink": "unlinkat", "rmdir": "unlinkat", "rename": "renameat", "link": "linkat"}
	m := call{begin: c.begin, end: c.end, name: names[c.name]}
	for _, arg := range c.args {
		if strings.HasPrefix(arg, `"`) {
			if !filepath.IsAbs(string(text(arg))) {
				return m, fmt.Errorf("cannot replay %s of %s: in which folder?", c.name, arg)
			}
			m.args = append(m.args, "AT_FDCWD</>")
		}
		m.args = append(m.args, arg)
	}
	return m, nil
}

func (d *disk) replayOpen(c call) {
	path, flags := file(c.result), strings.Join(c.args[1:], " ")
	if !d.holds(path) {
		return
	}
	if strings.Contains(flags, "O_CREAT") {
		d.create(c.end, path, false)
	}
	if n := d.find(path); n != nil && strings.Contains(flags, "O_TRUNC") && len(n.data) > 0 {
		n.write(c.end, 0, nil)
	}
}

// across does what has two names.
func (d *disk) across(c call, do func(when int, from, to string)) error {
	from, to := c.at(0), c.at(2)
	if d.holds(from) != d.holds(to) {
		return fmt.Errorf("%s crosses the border of the disk: %s to %s", c.name, from, to)
	}
	if d.holds(from) {
		do(c.end, from, to)
	}
	return nil
}

func (d *disk) replayData(c call) error {
	if c.name == "syncfs" {
		d.syncAll(c.begin)
		return nil
	}
	path := file(c.args[0])
	if path == filepath.Dir(d.path) && c.name == "fsync" {
		d.root.sync(c.begin)
		return nil
	}
	if !d.holds(path) {
		if c.name == "copy_file_range" && d.holds(file(c.args[2])) || c.name == "splice" && d.holds(file(c.args[2])) {
			return fmt.Errorf("cannot replay %s to %s", c.name, c.args[2])
		}
		return nil
	}
	n := d.find(path)
	if n == nil {
		if strings.HasSuffix(path, " (deleted)") {
			return nil
		}
		return fmt.Errorf("%s of %s, which is not there", c.name, path)
	}
	switch c.name {
	case "write":
		n.write(c.end, -1, text(c.args[1]))
	case "pwrite64":
		offset, err := strconv.Atoi(c.args[3])
		if err != nil {
			return err
		}
		n.write(c.end, offset, text(c.args[1]))
	case "ftruncate":
		size, err := strconv.Atoi(c.args[1])
		if err != nil {
			return err
		}
		n.write(c.end, size, nil)
	case "fsync", "fdatasync":
		n.sync(c.begin)
	case "fallocate":
		if c.args[1] != "FALLOC_FL_KEEP_SIZE" {
			return fmt.Errorf("cannot replay fallocate with %s of %s", c.args[1], path)
		} // it gives a file room, and changes nothing of it
	default:
		return fmt.Errorf("cannot replay %s of %s", c.name, path)
	}
	return nil
}
