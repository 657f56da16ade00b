package server

import (
	"example.org/weft/executor"
	"example.org/weft/server/api"
)

// tail is the last events of a run, so that many event streams of one run cost
// one read of the journal. The zero value is empty.
type tail struct {
	entries []tailEntry // consecutive, oldest first
}

type tailEntry struct {
	rec   executor.Record
	event *api.Event // nil until a stream wants it
}

func (t *tail) add(rec executor.Record) {
	if len(t.entries) >= 2*tailSize {
		t.entries = append(t.entries[:0:0], t.entries[len(t.entries)-tailSize:]...)
	}
	t.entries = append(t.entries, tailEntry{rec: rec})
}

// after returns up to limit events that follow number seq. ok is false when
// the tail does not reach back that far.
func (t *tail) after(seq uint64, limit int) (events []api.Event, ok bool, err error) {
	if len(t.entries) == 0 || seq+1 < t.entries[0].rec.Seq {
		return nil, false, nil
	}
	for i := int(seq + 1 - t.entries[0].rec.Seq); i < len(t.entries) && len(events) < limit; i++ { //nolint:gosec // within the tail
		e := &t.entries[i]
		if e.event == nil {
			if e.event, err = newEvent(e.rec); err != nil {
				return nil, true, err
			}
		}
		events = append(events, *e.event)
	}
	return events, true, nil
}

func newEvent(rec executor.Record) (*api.Event, error) {
	kind, data, err := executor.EncodeFact(rec.Fact)
	if err != nil {
		return nil, err
	}
	return &api.Event{Seq: rec.Seq, At: rec.At, Kind: kind, Fact: data}, nil
}
