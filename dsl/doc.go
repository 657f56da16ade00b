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
// The package is pure: no I/O, no clock, no goroutine, no randomness.
package dsl
