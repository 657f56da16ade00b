package hub_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"

	"example.org/weft/executor"
	"example.org/weft/executor/journal/internal/hub"
)

// counter counts its wakes.
type counter struct{ atomic.Int64 }

func (c *counter) wake() { c.Add(1) }

func (c *counter) want(t *testing.T, n int64) {
	t.Helper()
	synctest.Wait()
	if got := c.Load(); got != n {
		t.Errorf("woken %d times, want %d", got, n)
	}
}

func TestWakeReachesThoseWhoWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hub.New()
		defer h.Close()
		var one, two, all counter
		h.Watch("one", one.wake)
		stop := h.Watch("two", two.wake)
		h.Watch("", all.wake)

		h.Wake("one")
		one.want(t, 1)
		two.want(t, 0)
		all.want(t, 1)

		h.Wake("")
		all.want(t, 2)
		one.want(t, 1)

		h.WakeAll()
		one.want(t, 2)
		two.want(t, 1)
		all.want(t, 3)

		stop()
		stop()
		h.Wake("two")
		two.want(t, 1)
		all.want(t, 4)
	})
}

func TestWakesDuringAWakeBecomeOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hub.New()
		defer h.Close()
		var count atomic.Int64
		release := make(chan struct{})
		h.Watch("run", func() {
			count.Add(1)
			<-release
		})
		h.Wake("run")
		synctest.Wait() // now the first wake is under way
		for range 100 {
			h.Wake("run") // does not wait for it
		}
		close(release)
		synctest.Wait()
		if got := count.Load(); got != 2 {
			t.Errorf("woken %d times, want once for the first and once for the others", got)
		}
	})
}

func TestCloseWaitsAndEndsTheWakes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := hub.New()
		var c counter
		h.Watch("", c.wake)
		h.Close()
		h.Close()
		h.Wake(executor.RunID("run"))
		c.want(t, 0)
	})
}
