package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A work is a workflow in two lengths, which differ by that many steps.
type work struct {
	name        string
	short, long string // files
	steps       int
}

// head declares the function of most steps: a builtin that is not pure, so that
// its success is durable before what follows it starts.
const head = "version: 1\nname: %s\nfunctions:\n  nothing: { builtin: noop, pure: false }\n" +
	"  process: { exec: [/bin/true] }\nsteps:\n"

func writeWorkflows(dir string) ([]work, error) {
	var works []work
	for _, w := range []struct {
		name  string
		short int
		steps int
		text  func(name string, n int) string
	}{
		{"chain of 100", 1, 100, func(name string, n int) string { return chain(name, "nothing", n) }},
		{"foreach of 1,000", 1, 1000, func(name string, n int) string { return foreach(name, "nothing", n) }},
		{"chain of 30 /bin/true", 1, 30, func(name string, n int) string { return chain(name, "process", n) }},
	} {
		name := "work" + fmt.Sprint(len(works))
		write := func(n int) (string, error) {
			file := filepath.Join(dir, fmt.Sprintf("%s-%d.yaml", name, n))
			return file, os.WriteFile(file, []byte(w.text(fmt.Sprintf("%s_%d", name, n), n)), 0o600)
		}
		short, err := write(w.short)
		if err != nil {
			return nil, err
		}
		long, err := write(w.short + w.steps)
		if err != nil {
			return nil, err
		}
		works = append(works, work{name: w.name, short: short, long: long, steps: w.steps})
	}
	return works, nil
}

func foreach(name, function string, n int) string {
	return fmt.Sprintf(head+"  each:\n    uses: %s\n    foreach: { in: \"${{ range(%d) }}\" }\n", name, function, n)
}

func chain(name, function string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, name)
	for i := range n {
		fmt.Fprintf(&b, "  s%d:\n    uses: %s\n", i, function)
		if i > 0 {
			fmt.Fprintf(&b, "    needs: [s%d]\n", i-1)
		}
	}
	return b.String()
}
