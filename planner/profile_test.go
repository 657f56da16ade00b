package planner

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAFitFollowsALineAndDoesNotRunAway(t *testing.T) {
	t.Parallel()
	var f Fit
	for x := 1.0; x <= 10; x++ {
		f = f.with(x, 2*x+5)
	}
	if got := f.at(6, true); math.Abs(got-17) > 0.01 {
		t.Errorf("2x+5 at 6 is predicted as %g, want 17", got)
	}
	// 16 at the mean of 5.5: in proportion that is 2909 at 1000, the line says 2005.
	if got := f.at(1000, true); got < 2000 || got > 2910 {
		t.Errorf("at 1000 it is predicted as %g, want between the line and proportion", got)
	}
	if got := f.at(0, true); got < 0 || got > 5.01 {
		t.Errorf("at 0 it is predicted as %g, want 0 to 5", got)
	}
}

func TestOfOneSizeALengthStaysAndBytesGrow(t *testing.T) {
	t.Parallel()
	f := Fit{}.with(100, 40)
	if got := f.at(200, false); got != 40 {
		t.Errorf("got %g, want 40", got)
	}
	if got := f.at(200, true); got != 80 {
		t.Errorf("got %g, want 80", got)
	}
}

func TestLearningIsBoundedAndSurvivesJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p Profile
		for range rapid.IntRange(1, 600).Draw(t, "tasks") {
			p = Learn(p, Observation{
				Function:    "f",
				Run:         time.Duration(rapid.Int64Range(-1, 1e12).Draw(t, "run")),
				InputBytes:  rapid.Int64Range(-1, math.MaxInt64).Draw(t, "in"),
				OutputBytes: map[string]int64{"x": rapid.Int64Range(0, math.MaxInt64).Draw(t, "out")},
				Items:       map[string]int{"x": rapid.IntRange(0, 1000).Draw(t, "items")},
			})
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back Profile
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(p, back) {
			t.Fatalf("%+v came back as %+v (%v)", p, back, err)
		}
		if len(text) > 1000 {
			t.Fatalf("a profile of one function has %d bytes", len(text))
		}
		for _, x := range []float64{0, 1, 1e12, math.MaxInt64} {
			if y := p.Functions["f"].Run.at(x, true); math.IsNaN(y) || y < 0 {
				t.Fatalf("predicts %g at %g", y, x)
			}
		}
	})
}

func TestLearnLeavesTheOldProfileAlone(t *testing.T) {
	t.Parallel()
	old := Learn(Profile{}, Observation{Function: "f", Run: time.Second})
	Learn(old, Observation{Function: "f", Run: time.Hour, OutputBytes: map[string]int64{"x": 1}})
	if e := old.Functions["f"]; e.Run.N != 1 || len(e.Output) != 0 {
		t.Errorf("the old profile changed: %+v", e)
	}
}
