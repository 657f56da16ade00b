// Package embedded is the engine of one process: it drives executor.Run over a
// journal and the nodes of this process.
//
// One goroutine, the loop, steps all runs. It never waits: what takes time (a
// flush of the journal, a function, the reading of an object) is started, and
// its answer comes back as an event. Records of all runs that gather while one
// flush is on its way leave with the next, so the previous flush is the window
// of a group commit, and no timer delays anything. A command leaves only when
// the flush that carried the records before it has come back.
package embedded
