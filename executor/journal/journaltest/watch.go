package journaltest

import (
	"time"

	"example.org/weft/executor"
)

var watchTests = []test{
	{"an append wakes", appendWakes},
	{"a post wakes", postWakes},
	{"an accept wakes those who watch all", acceptWakes},
	{"other runs do not", othersDoNotWake},
	{"nothing wakes after stop", stopEnds},
}

// watch returns a channel that holds a token after each wake, and the stop
// function, which the end of the test calls too.
func (s *store) watch(run executor.RunID) (woken chan struct{}, stop func()) {
	woken = make(chan struct{}, 1)
	stop = s.Watch(run, func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	s.Cleanup(stop)
	return woken, stop
}

func (s *store) wantWake(woken chan struct{}, after string) {
	s.Helper()
	select {
	case <-woken:
	case <-time.After(20 * time.Second):
		s.Fatalf("nobody was woken by %s", after)
	}
}

func appendWakes(s *store) {
	run := s.accept(1, "a")
	one, _ := s.watch(run)
	all, _ := s.watch("")
	for n := range uint64(3) {
		s.append(run, 1, n, executor.NodeLost{Node: "n"})
		s.wantWake(one, "an append to the run")
		s.wantWake(all, "an append to any run")
	}
}

func postWakes(s *store) {
	run := s.accept(1, "a")
	woken, _ := s.watch(run)
	s.fatal(s.Post(s.Context(), run, "", executor.Paused{}))
	s.wantWake(woken, "a post")
}

func acceptWakes(s *store) {
	woken, _ := s.watch("")
	s.accept(1, "")
	s.wantWake(woken, "an accept")
}

func othersDoNotWake(s *store) {
	// Wakes come in the order of the appends, so once the second run's watcher
	// was woken, a wake of the first one's would have been seen.
	one, two := s.accept(1, "a"), s.accept(2, "a")
	first, _ := s.watch(one)
	second, _ := s.watch(two)
	s.settle(first, second)
	for n := range uint64(5) {
		s.append(two, 1, n, executor.NodeLost{Node: "n"})
		s.wantWake(second, "an append")
	}
	select {
	case <-first:
		s.Error("an append to another run woke")
	default:
	}
}

// settle waits until what woke so far is over, and empties the channels.
func (s *store) settle(woken ...chan struct{}) {
	s.Helper()
	fence := s.accept(900, "a")
	c, _ := s.watch(fence)
	s.append(fence, 1, 0, started())
	s.wantWake(c, "an append")
	for _, w := range woken {
		select {
		case <-w:
		default:
		}
	}
}

func stopEnds(s *store) {
	run := s.accept(1, "a")
	stopped, stop := s.watch(run)
	other, _ := s.watch(run)
	stop()
	stop()
	s.settle(stopped, other)
	s.append(run, 1, 0, started())
	s.wantWake(other, "an append")
	select {
	case <-stopped:
		s.Error("a watcher was woken after stop")
	default:
	}
}
