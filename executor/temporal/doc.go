// Package temporal is the engine of many machines: it drives executor.Run
// inside a Temporal workflow, one for each run, under the run's own id.
//
// The loop is that of package executor. Four words of it are Temporal's:
//
//   - now is workflow.Now;
//   - append is a step in the workflow's history, which makes the fact durable,
//     and a local activity that copies the record to the journal in Postgres;
//   - go is an activity on the task queue of one node, tried once: the run alone
//     decides what is tried again;
//   - select waits for the answers of activities, for timers and for signals.
//
// Nothing big goes through a history, and nothing twice. What never changes (the
// records of a run up to a number, its plan, a program by its digest) is named
// there and read from the journal, which is as deterministic as an argument. A
// node is sent many attempts at once and answers for many at once. It is given
// commands as they stand, with gathers not spelled out; it steps a Run of its
// own to the number of the question and spells out inputs by that.
//
// An execution that continues as new, and one that redrives a run that had
// ended, begin in the same way: they step the records of the journal and are
// asked again for what is unanswered. A node that is asked for an attempt a
// second time gives the one answer that there is.
//
// Engine is what a server has of it, Worker what a node has.
package temporal
