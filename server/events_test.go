package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// A client reads one event stream.
type client struct {
	t    *testing.T
	res  *http.Response
	in   *bufio.Scanner
	stop context.CancelFunc
}

type sent struct{ id, name, data string }

func (b *bench) stream(path, lastID string) *client {
	b.t.Helper()
	ctx, stop := context.WithCancel(b.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, http.NoBody)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	c := &client{t: b.t, res: res, in: bufio.NewScanner(res.Body), stop: stop}
	c.in.Buffer(nil, 1<<22)
	b.t.Cleanup(c.close)
	return c
}

func (c *client) close() {
	c.stop()
	_ = c.res.Body.Close()
}

// next returns the next event; ok is false at the end of the stream.
func (c *client) next() (e sent, ok bool) {
	for c.in.Scan() {
		name, value, _ := strings.Cut(c.in.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if e.data != "" {
				return e, true
			}
		}
	}
	return e, false
}

func eventPath(p *player) string { return "/api/v1/runs/" + string(p.id) + "/events" }

func TestEventsAreReadByPage(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.finish(2)
	var all []string
	for after := uint64(0); ; {
		var page api.EventPage
		b.want(http.StatusOK, &page, http.MethodGet, fmt.Sprintf("%s?limit=3&after=%d", eventPath(p), after), "")
		if len(page.Events) == 0 {
			break
		}
		for _, e := range page.Events {
			all = append(all, e.Kind)
		}
		after = page.Next
	}
	want := "started placed succeeded placed placed succeeded succeeded placed succeeded finished"
	if got := strings.Join(all, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestStreamResumesWithoutGapsOrRepeats(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	go p.finish(40)
	last, seen, ended := "", 0, false
	for cut := 1; !ended; cut++ { // the client is cut off after 1, 2, 3, ... events
		c := b.stream(eventPath(p), last)
		for range cut {
			e, ok := c.next()
			if !ok || e.name == "end" {
				ended = ok
				break
			}
			seen++
			var event api.Event
			if err := json.Unmarshal([]byte(e.data), &event); err != nil {
				t.Fatal(err)
			}
			if e.id != strconv.Itoa(seen) || event.Seq != uint64(seen) {
				t.Fatalf("event %s (%d) came as number %d", e.id, event.Seq, seen)
			}
			last = e.id
		}
		c.close()
	}
	if want := b.getRun(p.id).Seq; uint64(seen) != want {
		t.Errorf("%d events came of %d", seen, want)
	}
	b.want(http.StatusNoContent, nil, http.MethodGet, eventPath(p), "", "Accept: text/event-stream", "Last-Event-ID: "+last)
}

func TestStreamReachesBackBeyondTheTail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	p.finish(2)
	var short tail
	b.want(http.StatusOK, nil, http.MethodGet, eventPath(p), "")
	if err := b.server.folds.look(t.Context(), p.id, func(f *fold) error {
		short.entries = f.tail.entries[len(f.tail.entries)-2:]
		f.tail = short
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c := b.stream(eventPath(p), "")
	count := 0
	for e, ok := c.next(); ok && e.name != "end"; e, ok = c.next() {
		count++
	}
	if uint64(count) != p.run.Seq() {
		t.Errorf("%d events of %d", count, p.run.Seq())
	}
}

func TestManyClientsMissNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	const clients = 100
	counts := make([]int, clients)
	var wg sync.WaitGroup
	for i := range counts {
		c := b.stream(eventPath(p), "")
		wg.Go(func() {
			for e, ok := c.next(); ok && e.name != "end"; e, ok = c.next() {
				counts[i]++
			}
		})
	}
	p.finish(30)
	wg.Wait()
	for i, n := range counts {
		if uint64(n) != p.run.Seq() {
			t.Fatalf("client %d got %d events of %d", i, n, p.run.Seq())
		}
	}
}

func TestStateStreamTellsWhatChanged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	c := b.stream(eventPath(p)+"?view=state", "")
	read := func() (s api.State) {
		e, ok := c.next()
		if !ok || e.name != "state" {
			t.Fatalf("got %+v", e)
		}
		if err := json.Unmarshal([]byte(e.data), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := read(); s.Run == nil || s.Run.Status != executor.StatusRunning || len(s.Steps) != 3 {
		t.Errorf("first state %+v", s)
	}
	p.split(2)
	s := read()
	for s.Seq < p.run.Seq() {
		s = read()
	}
	p.encode(0)
	for s.Seq < p.run.Seq() {
		s = read()
		for _, step := range s.Steps {
			if step.Name == "split" {
				t.Errorf("split did not change: %+v", s.Steps)
			}
		}
	}
	p.encode(1)
	p.stitch()
	for s.Run == nil || !s.Run.Status.Done() {
		s = read()
	}
	if e, ok := c.next(); !ok || e.name != "end" {
		t.Errorf("after the end: %+v", e)
	}
}

func TestRunListIsToldWhenItChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	c := b.stream("/api/v1/runs", "")
	var p *player
	for want := range 3 {
		e, ok := c.next()
		var page api.RunPage
		if err := json.Unmarshal([]byte(e.data), &page); err != nil || !ok {
			t.Fatalf("%+v: %v", e, err)
		}
		switch want {
		case 0:
			if len(page.Runs) != 0 {
				t.Fatalf("at first %+v", page)
			}
			p = b.start()
			p.split(1)
		case 1:
			if len(page.Runs) != 1 {
				t.Fatalf("after the start %+v", page)
			}
			p.encode(0)
			p.stitch()
		}
	}
}

func TestLogIsFollowedToItsEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	a := p.invoked["split"].Attempt
	c := b.stream("/api/v1/runs/"+string(p.id)+"/tasks/split/logs", "")
	text := ""
	for e, ok := c.next(); ok && e.name != "end"; e, ok = c.next() {
		var page api.LogPage
		if err := json.Unmarshal([]byte(e.data), &page); err != nil {
			t.Fatal(err)
		}
		if text += page.Data; text == "" {
			b.setLog(a, "stderr", "one\n")
		} else if text == "one\n" {
			b.setLog(a, "stderr", "one\ntwo\n")
			p.split(1)
		}
	}
	if text != "one\ntwo\n" {
		t.Errorf("got %q", text)
	}
}

func TestStreamOfUnknownRunIsAProblem(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	path := "/api/v1/runs/run_" + strings.Repeat("a", 26)
	for _, more := range []string{"/events", "/events?view=state", "/tasks/x/logs"} {
		b.want(http.StatusNotFound, &api.Problem{}, http.MethodGet, path+more, "", "Accept: text/event-stream")
	}
}

func TestStreamsEndWhenTheServerCloses(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	p := b.start()
	other := New(b.server.cfg)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stopping := &http.Server{Handler: other, ReadHeaderTimeout: time.Minute}
	stopping.RegisterOnShutdown(other.Close)
	served := make(chan error, 1)
	go func() { served <- stopping.Serve(listener) }()
	url := b.url
	b.url = "http://" + listener.Addr().String()
	c := b.stream(eventPath(p), "")
	b.url = url
	if _, ok := c.next(); !ok {
		t.Fatal("no first event")
	}
	if err := stopping.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != http.ErrServerClosed { //nolint:errorlint // Serve returns it bare
		t.Error(err)
	}
}

func TestClientThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	e := &eventStream{w: stuckWriter{}, control: http.NewResponseController(stuckWriter{}), begun: true}
	if err := e.send("", "1", "x"); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := e.wait(t.Context(), nil, 0, 0); err == nil {
		t.Error("it was waited for")
	}
	if time.Since(begun) > writePatience || b.server == nil {
		t.Error("it took too long")
	}
}

// stuckWriter stands for a connection whose write deadline has passed.
type stuckWriter struct{}

func (stuckWriter) Header() http.Header              { return http.Header{} }
func (stuckWriter) WriteHeader(int)                  {}
func (stuckWriter) Write([]byte) (int, error)        { return 0, context.DeadlineExceeded }
func (stuckWriter) SetWriteDeadline(time.Time) error { return nil }
