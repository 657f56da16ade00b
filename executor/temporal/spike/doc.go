// Package spike steps executor.Run inside a Temporal workflow: the proof that
// facts and commands suffice for an engine that is built quite unlike the
// embedded one. It is kept as a test, and is the seed of executor/temporal.
//
// The loop is that of package executor. Four words of it differ:
//
//   - now is workflow.Now;
//   - append is a step in the workflow's history, which makes the fact durable,
//     and a local activity that copies the record to the journal;
//   - go is an activity on the task queue of one node, tried once: the run alone
//     decides what is tried again;
//   - select waits for answers of activities, for timers and for signals.
//
// Nothing big goes through Temporal. An activity is given a command as it
// stands, with gathers not spelled out, and the number of the record that it
// follows from; the node steps a Run of its own to there, and spells out inputs
// and evaluates expressions by that.
//
// An execution that continues as new, and one that redrives a run that had
// ended, begin in the same way: they step the records of the journal and are
// asked again for what is unanswered. An attempt that still runs is then asked
// for a second time, and its node gives both the one answer.
package spike
