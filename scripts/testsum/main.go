// Testsum reads what `go test -json` prints and says it shorter: a line for
// each package, the output of what failed, and at the end each skipped test
// with its reason and the counts. It exits with 1 when anything failed.
package main

import (
	"fmt"
	"os"
)

func main() {
	s, err := summarise(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsum:", err)
		os.Exit(1)
	}
	if s.failed > 0 {
		os.Exit(1)
	}
}
