package vp8

import (
	"math/rand/v2"
	"testing"
)

func TestBooleansAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		type step struct {
			bit  bool
			prob uint8
		}
		steps := make([]step, r.IntN(3000))
		// Few probabilities fit, so that carries run far.
		skew := r.IntN(256)
		var w boolWriter
		w.reset()
		for i := range steps {
			steps[i] = step{r.IntN(256) >= skew, uint8(1 + r.IntN(255))}
			w.bool(steps[i].bit, steps[i].prob)
		}
		w.signed(-1234, 11)
		w.optional(0, 4)
		var read boolReader
		read.init(w.finish())
		for i, s := range steps {
			if read.bool(s.prob) != s.bit {
				t.Fatalf("boolean %d of %d is another", i, len(steps))
			}
		}
		if got := read.signed(11); got != -1234 {
			t.Fatalf("got %d, want -1234", got)
		}
		if got := read.optional(4); got != 0 || read.overrun() {
			t.Fatalf("got %d, overrun %v", got, read.overrun())
		}
	}
}
