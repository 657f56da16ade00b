// Package dsl is the workflow language: YAML bytes in, a checked and typed
// Program out, or every mistake in the file at once.
//
// A Program is what the rest of Weft knows of a workflow. It says what reads
// what (the steps, their expressions, the references inside those), never how
// it was written; a second front end (Amazon States Language) makes the same
// Program.
//
// There are two scopes of expressions. Those of a step (with, if, foreach,
// outputs) work on values and are an Expr: evaluated in the core against a
// Scope, which may not know everything yet. Those inside a function (run, exec,
// env) work on strings and paths and are a Template: rendered on the node, when
// all inputs lie there as files.
//
// Compile goes one way:
//
//	bytes -> tree (tree.go: limits, duplicate keys, aliases)
//	tree checked against the tables of keys (keys.go, form.go; Schema is made of the same)
//	functions and steps declared (function.go, step.go), so that expressions know their types
//	expressions parsed, their names resolved, typed by CEL (compile_expr.go, resolve.go)
//	   -> references (reads.go) and terms (recognise.go, build.go)
//	steps put in order (order.go)
//
// A term is what Eval evaluates: symbolic for paths and what is put together
// from them (term*.go), else a CEL program over values that answer "unknown"
// for what has not been made yet (lazy.go).
//
// The package is pure: no I/O, no clock, no goroutine, no randomness.
package dsl
