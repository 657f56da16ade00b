// Package executor is the run of a workflow as a pure state machine.
//
// A Run decides and does nothing else: facts go in by Step, commands come out
// of Ready. An engine carries commands out, makes the facts durable and feeds
// them back:
//
//	run := executor.New(id, program)
//	for each record of the journal: run.Step(record)
//	for !run.Done() {
//	    for each command of run.Ready(): start carrying it out; its answer is a fact
//	    take the next fact f
//	    rec := Record{Seq: run.Seq()+1, At: now, Fact: f}
//	    run.Step(rec)       ErrStale: drop f, go on
//	    append rec to the journal, then release the commands that followed from it
//	}
//
// No command may leave before the records that led to it are durable. Recovery
// is Step over the journal and then Ready, which asks again for exactly what is
// unanswered; there is no other recovery code. Step never evaluates an
// expression: what an expression gave is a fact (Evaluated), so that a new
// version of the expression library cannot change an old run.
//
// The package does no I/O, reads no clock, starts no goroutine, draws no random
// number and ranges over no map.
package executor
