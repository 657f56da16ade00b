package journal

import (
	"strings"
	"time"

	"example.org/weft/executor"
	"example.org/weft/object"
)

// A Change is what records change in the row of their run.
type Change struct {
	Status  executor.Status // empty: as it was
	Started time.Time       // zero: as it was
	Ended   time.Time       // zero: as it was
	Outputs map[string]object.Value
	Error   string // of a run that ended; fit for a text column

	// Reopened: the run had ended and goes on, without owner.
	Reopened bool
}

// Summarise returns what records, in their order, change in the row of a run.
func Summarise(records []executor.Record) Change {
	var c Change
	for _, r := range records {
		switch f := r.Fact.(type) {
		case executor.Started:
			c.Status, c.Started = executor.StatusRunning, r.At
		case executor.Paused:
			c.Status = executor.StatusPaused
		case executor.Resumed:
			c.Status = executor.StatusRunning
		case executor.Redriven:
			c = Change{Status: executor.StatusRunning, Started: c.Started, Reopened: true}
		case executor.Finished:
			c.Status, c.Ended = f.Status, r.At
			c.Outputs, c.Error = f.Outputs, cleanText(f.Error)
			c.Reopened = false
		default: // concerns tasks alone
		}
	}
	return c
}

// IsText reports whether a text column of every database can keep s.
func IsText(s string) bool { return cleanText(s) == s }

// cleanText returns s with a replacement character for what no text column
// takes. Errors quote what programs wrote, which may be anything.
func cleanText(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}
