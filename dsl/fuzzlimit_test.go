package dsl_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"example.org/weft/dsl"
)

// The most that one case may take.
const (
	maxCaseTime   = time.Second
	maxCaseMemory = 64 << 20 // bytes allocated, whether they are freed on the way or not
)

// frugal compiles one file of a fuzz target, or evaluates one expression, and
// fails when that takes too much. The time is that of the processor, so that
// nothing counts which others do on the machine; a collection of garbage may
// fall into a case by chance, so that only one counts which is slow three times.
func frugal(t *testing.T, run func()) {
	t.Helper()
	var took time.Duration
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		began := processorTime(t)
		run()
		took = processorTime(t) - began
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > maxCaseMemory {
			t.Fatalf("the case allocates %d bytes", n)
		}
		if took <= maxCaseTime {
			return
		}
	}
	t.Fatalf("the case takes %s", took)
}

// processorTime is what this process has used so far.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// compile compiles a file frugally.
func compile(t *testing.T, src string) (p *dsl.Program, err error) {
	t.Helper()
	frugal(t, func() { p, _, err = dsl.Compile("w.yaml", []byte(src)) })
	return p, err
}
