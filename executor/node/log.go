package node

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// What is kept of one stream of an attempt: its beginning and its end.
const (
	logHead = 1 << 20
	logTail = 1 << 20
	logLast = 4 << 10 // for the failure itself
)

// The streams that a function prints to.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// logID names the object that a stream is when its attempt has ended.
func logID(id executor.AttemptID, stream string) object.ID {
	return object.Mint(id.String(), "log/"+stream)
}

// logs are the streams of one attempt while it runs.
type logs struct{ stdout, stderr *logFile }

func newLogs(f *folder) *logs {
	return &logs{
		stdout: &logFile{root: f.Root, name: Stdout},
		stderr: &logFile{root: f.Root, name: Stderr},
	}
}

// A logFile keeps a stream, in a file that does not exist before something is
// printed. What is beyond head waits in memory as a ring, so that a function
// that prints for hours costs what one does that prints 2 MiB. So does what a
// full disk does not take: that does not end a function.
type logFile struct {
	root *os.Root
	name string

	mu    sync.Mutex // guards the following fields
	file  *os.File
	head  int64  // bytes in file
	stuck bool   // file takes no more
	total int64  // printed
	ring  []byte // the last bytes beyond head; grows up to logTail
	next  int    // where the ring's oldest byte is, once it is full
}

// Write takes what the function printed. It never fails.
func (l *logFile) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total += int64(len(p))
	l.keep(p[l.begin(p):])
	return len(p), nil
}

// begin writes what belongs to the head, and returns how much of p that was.
func (l *logFile) begin(p []byte) int {
	part := p[:max(0, min(logHead-l.head, int64(len(p))))]
	if l.stuck || len(part) == 0 || l.open() != nil {
		return 0
	}
	n, err := l.file.Write(part)
	l.head += int64(n)
	l.stuck = err != nil
	return n
}

// open opens the file, if it is not open yet.
func (l *logFile) open() (err error) {
	if l.file == nil {
		l.file, err = l.root.OpenFile(l.name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
		l.stuck = err != nil
	}
	return err
}

// keep adds to the ring.
func (l *logFile) keep(p []byte) {
	if len(p) >= logTail {
		l.ring, l.next = append(l.ring[:0], p[len(p)-logTail:]...), 0
		return
	}
	if room := min(logTail-len(l.ring), len(p)); room > 0 {
		l.ring = append(l.ring, p[:room]...)
		p = p[room:]
	}
	for len(p) > 0 {
		n := copy(l.ring[l.next:], p)
		l.next = (l.next + n) % logTail
		p = p[n:]
	}
}

// end is what follows the head: a mark if something is left out, and the ring.
func (l *logFile) end() []byte {
	if len(l.ring) == 0 {
		return nil
	}
	var b bytes.Buffer
	if gap := l.total - l.head - int64(len(l.ring)); gap > 0 {
		fmt.Fprintf(&b, "\n[weft: %d bytes left out]\n", gap)
	}
	b.Write(l.ring[l.next:])
	b.Write(l.ring[:l.next])
	return b.Bytes()
}

// before returns up to n bytes of the head, its last.
func (l *logFile) before(n int64) ([]byte, error) {
	if n = min(n, l.head); n <= 0 {
		return nil, nil
	}
	head := make([]byte, n)
	_, err := l.file.ReadAt(head, l.head-n)
	return head, err
}

// read returns what there is now.
func (l *logFile) read() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	head, err := l.before(logHead)
	if err != nil {
		return nil, err
	}
	return slices.Concat(head, l.end()), nil
}

// last returns the last bytes, for the failure.
func (l *logFile) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	tail := l.end()
	if head, err := l.before(int64(logLast - len(tail))); err == nil {
		tail = slices.Concat(head, tail)
	}
	return string(bytes.ToValidUTF8(tail[max(0, len(tail)-logLast):], []byte("\uFFFD")))
}

// close completes the file and reports whether there is one.
func (l *logFile) close() (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total == 0 {
		return false, nil
	}
	if err := l.open(); err != nil {
		return true, fmt.Errorf("cannot keep %s: %w", l.name, err)
	}
	if _, err := l.file.Write(l.end()); err != nil {
		return true, errors.Join(fmt.Errorf("cannot keep %s: %w", l.name, err), l.file.Close())
	}
	return true, l.file.Close()
}

// Logs returns what an attempt has printed to a stream, so far or, when it has
// ended, in all: of more than 2 MiB the first and the last MiB with a mark
// between. The caller closes it. Of an attempt that is not here, or has ended
// without printing anything, it is object.ErrNotFound.
func (n *Node) Logs(id executor.AttemptID, stream string) (io.ReadSeekCloser, error) {
	n.mu.Lock()
	var running *logs
	if a := n.attempts[id]; a != nil {
		running = a.logs
	}
	n.mu.Unlock()
	if running != nil {
		text, err := running.of(stream).read()
		if err == nil {
			return snapshot{bytes.NewReader(text)}, nil
		}
		if !errors.Is(err, os.ErrClosed) {
			return nil, fmt.Errorf("cannot read %s of %s: %w", stream, id, err)
		} // it has just ended
	}
	f, err := n.store.OpenFile(logID(id, stream))
	if err != nil {
		return nil, fmt.Errorf("cannot open %s of %s: %w", stream, id, err)
	}
	return f, nil
}

// of returns the log of a stream; of an unknown one it is empty.
func (l *logs) of(stream string) *logFile {
	switch stream {
	case Stdout:
		return l.stdout
	case Stderr:
		return l.stderr
	default:
		return &logFile{}
	}
}

// A snapshot is what was printed when it was asked for.
type snapshot struct{ *bytes.Reader }

func (snapshot) Close() error { return nil }

// storeLogs makes the streams of an attempt that has ended objects. In a folder
// that is kept they stay too.
func (n *Node) storeLogs(a *attempt, f *folder, kept bool) error {
	for _, file := range []*logFile{a.logs.stdout, a.logs.stderr} {
		exists, err := file.close()
		if err != nil {
			return err
		}
		if !exists {
			continue
		}
		id := logID(a.Attempt, file.name)
		if _, err := n.store.Put(id, f.Root, file.name); err != nil {
			return err
		}
		if kept {
			if _, err := n.store.Link(id, f.Root, file.name); err != nil {
				return err
			}
		}
	}
	return nil
}
