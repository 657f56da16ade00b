package planner

import (
	"maps"
	"math"
	"slices"
	"time"
)

// A Profile is what past runs teach. The zero Profile knows nothing. Its size
// is bounded by the number of functions and of their outputs, not by the number
// of runs.
type Profile struct {
	Functions map[string]Estimate `json:"functions"` // by the function's digest
}

// An Estimate is what the tasks of one function took and made, each by the
// bytes of the task's inputs.
type Estimate struct {
	Run    Fit            `json:"run"`    // seconds
	Output map[string]Fit `json:"output"` // bytes, by output
	Items  map[string]Fit `json:"items"`  // length of list outputs; of a whole number its value
}

// An Observation is one finished task.
type Observation struct {
	Function    string           // digest
	Run         time.Duration    // of the function itself, without queue and staging
	InputBytes  int64            // of all that it read, each object once
	OutputBytes map[string]int64 // by output; of a list, of all its items
	Items       map[string]int   // length of list outputs; of a whole number its value
}

// Learn returns prof with one more finished task in it. prof itself does not
// change.
func Learn(prof Profile, obs Observation) Profile {
	x := float64(max(obs.InputBytes, 0))
	e := prof.Functions[obs.Function]
	e.Run = e.Run.with(x, max(obs.Run.Seconds(), 0))
	e.Output = orMake(maps.Clone(e.Output))
	for _, field := range slices.Sorted(maps.Keys(obs.OutputBytes)) {
		e.Output[field] = e.Output[field].with(x, float64(max(obs.OutputBytes[field], 0)))
	}
	e.Items = orMake(maps.Clone(e.Items))
	for _, field := range slices.Sorted(maps.Keys(obs.Items)) {
		e.Items[field] = e.Items[field].with(x, float64(max(obs.Items[field], 0)))
	}
	functions := orMake(maps.Clone(prof.Functions))
	functions[obs.Function] = e
	return Profile{Functions: functions}
}

func orMake[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// A Fit is a line y = a + b x through what was observed, as running means, so
// that it takes the same room after a million observations as after one. The
// zero Fit has observed nothing.
type Fit struct {
	N  float64 `json:"n"`  // observations, at most maxWeight
	X  float64 `json:"x"`  // mean of x
	Y  float64 `json:"y"`  // mean of y
	XX float64 `json:"xx"` // mean of (x - X)²
	XY float64 `json:"xy"` // mean of (x - X)(y - Y)
}

// maxWeight bounds what the past weighs, so that a function that changed its
// ways is believed after some hundred tasks.
const maxWeight = 256

func (f Fit) with(x, y float64) Fit {
	n := min(f.N+1, maxWeight)
	dx, dy := x-f.X, y-f.Y
	w := 1 / n
	return Fit{
		N:  n,
		X:  f.X + dx*w,
		Y:  f.Y + dy*w,
		XX: (1 - w) * (f.XX + dx*dx*w),
		XY: (1 - w) * (f.XY + dx*dy*w),
	}
}

// at predicts y at x. Between observations that differ in x it follows their
// line, held between "the same whatever x" and "in proportion to x", so that
// no extrapolation runs away. Where they do not differ, grows says which of the
// two is assumed.
func (f Fit) at(x float64, grows bool) float64 {
	slope, most := 0.0, 0.0
	if f.X > 0 {
		most = f.Y / f.X
	}
	switch {
	case math.Sqrt(f.XX) > 0.05*f.X:
		slope = min(max(f.XY/f.XX, 0), most)
	case grows:
		slope = most
	}
	return max(f.Y+slope*(x-f.X), 0)
}
