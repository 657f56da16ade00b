// Package server is Weft's REST interface and event streams, over a journal
// that it only reads and an engine that it hands new runs to.
//
// What it says of a run is a fold of the run's journal, the same executor.Run
// that the engine steps; it never asks the engine how a run stands, so any
// server that reaches the journal can answer for any run.
//
// Every route denies a caller without the token unless it is in the short list
// of exact paths in access.go.
package server
