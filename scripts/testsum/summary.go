package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// An event is one line of `go test -json`, or the line {"Action": "exit"} that
// scripts/test adds when `go test` itself did not succeed.
type event struct {
	Action     string
	Package    string
	ImportPath string // instead of Package in the events of a build
	Test       string
	Elapsed    float64 // seconds
	Output     string
}

// A name is a test, or a package when Test is empty.
type name struct{ Package, Test string }

// A summary is what has been read so far.
type summary struct {
	out    io.Writer
	output map[name][]string // of what has not ended yet
	ended  map[string]int    // tests by package
	broken map[string]int    // failed tests by package

	passed, failed int
	skipped        []string // "package test: reason"
}

// summarise reads events until r ends and prints them to out. A line that is no
// event is printed as it is.
func summarise(r io.Reader, out io.Writer) (*summary, error) {
	s := &summary{out: out, output: map[name][]string{}, ended: map[string]int{}, broken: map[string]int{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			s.line(line)
		}
		if err == io.EOF {
			s.end()
			return s, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read test events: %w", err)
		}
	}
}

func (s *summary) line(line string) {
	var e event
	if err := json.Unmarshal([]byte(line), &e); err != nil || e.Action == "" {
		fmt.Fprint(s.out, line)
		return
	}
	key := name{e.Package, e.Test}
	switch e.Action {
	case "output":
		s.output[key] = append(s.output[key], e.Output)
	case "build-output":
		fmt.Fprint(s.out, e.Output)
	case "exit":
		s.exit(e)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.packageEnded(e)
		} else {
			s.testEnded(e)
		}
		delete(s.output, key)
	}
}

func (s *summary) testEnded(e event) {
	key := name{e.Package, e.Test}
	s.ended[e.Package]++
	switch e.Action {
	case "pass":
		s.passed++
	case "fail":
		s.failed++
		s.broken[e.Package]++
		fmt.Fprintf(s.out, "FAIL %s %s\n%s", e.Package, e.Test, strings.Join(s.output[key], ""))
	case "skip":
		s.skipped = append(s.skipped, fmt.Sprintf("%s %s: %s", e.Package, e.Test, reason(s.output[key])))
	}
}

// packageEnded says how a package did. One that failed without a failed test did
// not build, panicked, leaked or ran out of time: its output says which.
func (s *summary) packageEnded(e event) {
	switch {
	case e.Action == "fail":
		if s.unfinished(e.Package); s.broken[e.Package] == 0 {
			s.failed++
			fmt.Fprint(s.out, strings.Join(s.output[name{e.Package, ""}], ""))
		}
		fmt.Fprintf(s.out, "FAIL %s (%.1f s)\n", e.Package, e.Elapsed)
	case s.ended[e.Package] > 0:
		fmt.Fprintf(s.out, "ok   %s: %d tests (%.1f s)\n", e.Package, s.ended[e.Package], e.Elapsed)
	}
}

// unfinished prints the output of tests that began and never ended.
func (s *summary) unfinished(pkg string) {
	for _, key := range sortedNames(s.output) {
		if key.Package != pkg || key.Test == "" {
			continue
		}
		fmt.Fprintf(s.out, "FAIL %s %s did not end\n%s", pkg, key.Test, strings.Join(s.output[key], ""))
	}
}

// exit counts a failure of `go test` that no event told of.
func (s *summary) exit(e event) {
	if s.failed == 0 {
		s.failed++
		fmt.Fprintf(s.out, "FAIL go test in %s\n", e.Package)
	}
}

func (s *summary) end() {
	for _, text := range s.skipped {
		fmt.Fprintln(s.out, "skipped", text)
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, len(s.skipped))
}
