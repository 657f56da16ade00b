package dsl

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkCompileThousandSteps(b *testing.B) {
	var src strings.Builder
	src.WriteString("version: 1\nname: w\nsteps:\n  s0: { builtin: identity, with: { value: 1 } }\n")
	for i := 1; i < 1000; i++ {
		fmt.Fprintf(&src, "  s%d: { builtin: identity, with: { value: \"${{ steps.s%d.outputs.value }}\" } }\n", i, i-1)
	}
	for b.Loop() {
		if _, _, err := Compile("w.yaml", []byte(src.String())); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvalChain evaluates what every item of a chain asks for.
func BenchmarkEvalChain(b *testing.B) {
	p, _, err := Compile("w.yaml", []byte(replace(symbolicSource, "steps.e.outputs }}", "steps.e.outputs[i - 1] }}")))
	if err != nil {
		b.Fatal(err)
	}
	step := p.Steps[len(p.Steps)-1]
	scope := &longScope{items: 1000}
	for _, name := range []string{"path", "before", "gather", "alias"} {
		for _, bound := range step.With {
			if bound.Input == name {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						bound.Expr.Eval(scope, nil)
					}
				})
			}
		}
	}
}
