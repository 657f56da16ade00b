package main

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"
)

func TestSummarise(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		events []string
		want   []string // lines, in this order
		failed int
	}{
		{
			name: "a test that passes is only counted",
			events: []string{
				`{"Action":"run","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}`,
				`{"Action":"pass","Package":"p","Test":"TestA"}`,
				`{"Action":"pass","Package":"p","Elapsed":1.25}`,
			},
			want: []string{"ok   p: 1 tests (1.2 s)", "1 passed, 0 failed, 0 skipped"},
		},
		{
			name: "a test that fails is shown in full, its package's verdict does not count again",
			events: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"a_test.go:3: got 1\n"}`,
				`{"Action":"fail","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Output":"FAIL\n"}`,
				`{"Action":"fail","Package":"p","Elapsed":0.5}`,
				`{"Action":"exit","Package":"."}`,
			},
			want:   []string{"FAIL p TestA", "a_test.go:3: got 1", "FAIL p (0.5 s)", "0 passed, 1 failed, 0 skipped"},
			failed: 1,
		},
		{
			name: "a skipped test is listed with its reason at the end",
			events: []string{
				`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:9: no ffmpeg: apt install it\n"}`,
				`{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}`,
				`{"Action":"skip","Package":"p","Test":"TestA"}`,
				`{"Action":"pass","Package":"p"}`,
			},
			want: []string{
				"ok   p: 1 tests (0.0 s)", "skipped p TestA: no ffmpeg: apt install it",
				"0 passed, 0 failed, 1 skipped",
			},
		},
		{
			name: "a package that does not build is one failure",
			events: []string{
				`{"ImportPath":"p","Action":"build-output","Output":"a.go:1:1: undefined: x\n"}`,
				`{"ImportPath":"p","Action":"build-fail"}`,
				`{"Action":"output","Package":"p","Output":"FAIL p [build failed]\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want: []string{
				"a.go:1:1: undefined: x", "FAIL p [build failed]", "FAIL p (0.0 s)",
				"0 passed, 1 failed, 0 skipped",
			},
			failed: 1,
		},
		{
			name: "a package that fails after its tests passed is one failure",
			events: []string{
				`{"Action":"pass","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Output":"found unexpected goroutines\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want:   []string{"found unexpected goroutines", "FAIL p (0.0 s)", "1 passed, 1 failed, 0 skipped"},
			failed: 1,
		},
		{
			name: "a test during which the process died is named",
			events: []string{
				`{"Action":"pass","Package":"p","Test":"TestA"}`,
				`{"Action":"output","Package":"p","Test":"TestB","Output":"panic: no\n"}`,
				`{"Action":"fail","Package":"p"}`,
			},
			want:   []string{"FAIL p TestB did not end", "panic: no", "FAIL p (0.0 s)", "1 passed, 1 failed, 0 skipped"},
			failed: 1,
		},
		{
			name:   "go test that fails before it starts is a failure, and its words are kept",
			events: []string{`go: updates to go.mod needed`, `{"Action":"exit","Package":"bench"}`},
			want:   []string{"go: updates to go.mod needed", "FAIL go test in bench", "0 passed, 1 failed, 0 skipped"},
			failed: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			s, err := summarise(strings.NewReader(strings.Join(tt.events, "\n")+"\n"), &out)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := out.String(), strings.Join(tt.want, "\n")+"\n"; got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			if s.failed != tt.failed {
				t.Errorf("%d failed, want %d", s.failed, tt.failed)
			}
		})
	}
}

func TestSummariseReportsABrokenPipe(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	if _, err := summarise(iotest.ErrReader(broken), &strings.Builder{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
}
