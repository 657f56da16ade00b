package dsl

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// A Schedule starts runs at times.
type Schedule struct {
	Cron    string // minute, hour, day of the month, month, day of the week
	Zone    string // of the time zone database; UTC when the user gave none
	CatchUp string // what becomes of times that were missed: none, last or all
	Inputs  map[string]json.RawMessage
	TimeAs  string // input that is given the time; empty: none

	spec     cron.Schedule
	location *time.Location
	byHours  bool // every hour, or every so many: the clock's jumps do not matter
}

// What becomes of times that were missed.
const (
	CatchUpNone = "none"
	CatchUpLast = "last"
	CatchUpAll  = "all"
)

// Key names the schedule within its workflow. It stays the same as long as the
// times do.
func (s *Schedule) Key() string { return s.Cron + " " + s.Zone }

// Next returns the first time after a time; the zero time when there is none.
//
// A time of day stands for that time on the clocks of the zone: one that the
// clocks pass twice is once, and one that they leap over is as much later. A
// schedule that goes by hours does not notice.
func (s *Schedule) Next(after time.Time) time.Time {
	if s.byHours {
		return s.spec.Next(after.In(s.location)).UTC()
	}
	const most = 4 // of times that the clocks pass twice
	wall := onClock(after.In(s.location), time.UTC)
	for range most {
		if wall = s.spec.Next(wall); wall.IsZero() {
			break
		}
		if next := firstOnClock(wall, s.location); next.After(after) {
			return next.UTC()
		}
	}
	return time.Time{}
}

// firstOnClock is onClock, and the first time of two when the clocks were put
// back in between.
func firstOnClock(wall time.Time, at *time.Location) time.Time {
	const longest = 3 * time.Hour // that clocks are put back
	t := onClock(wall, at)
	_, offset := t.Zone()
	_, before := t.Add(-longest).Zone()
	earlier := t.Add(time.Duration(offset-before) * time.Second)
	if before > offset && onClock(earlier, time.UTC).Equal(wall) {
		return earlier
	}
	return t
}

// onClock returns the time at which the clocks of a place show what t shows.
func onClock(t time.Time, at *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, at)
}

func scheduleKeys() []key {
	return []key{
		{name: "cron", doc: "minute, hour, day of the month, month and day of the week: 30 2 * * 1-5", form: cronForm(), required: true},
		{name: "time_zone", doc: "whose clocks count, as Europe/Berlin (UTC)", form: zoneForm()},
		{name: "catch_up", doc: "which missed times are made up for (last)", form: enum(CatchUpNone, CatchUpLast, CatchUpAll)},
		{name: "inputs", doc: "what each run is given", form: dict(form{kind: formAny})},
		{name: "time_as", doc: "the input, a string, that is given the time", form: nameForm()},
	}
}

const cronHint = `five fields: minute, hour, day of the month, month, day of the week, such as "30 2 * * 1-5"; or @daily, @hourly`

func cronForm() form {
	return form{kind: formText, hint: say(cronHint), like: `^(@[a-z]+|\S+( +\S+){4})$`, read: func(s string) error { _, err := parseCron(s); return err }}
}

func zoneForm() form {
	hint := say("a name of the time zone database, such as Europe/Berlin or UTC")
	return form{kind: formText, hint: hint, like: `^[A-Za-z0-9_+/-]+$`, read: func(s string) error { _, err := parseZone(s); return err }}
}

// parseCron reads five fields. A zone stands beside them, not in them.
func parseCron(s string) (spec cron.Schedule, err error) {
	const longest = 200
	if len(s) > longest || strings.Contains(s, "=") || strings.HasPrefix(s, "@every") {
		return nil, fmt.Errorf("cannot read %q", clip(s))
	}
	spec, err = cron.ParseStandard(s)
	if err != nil {
		return nil, fmt.Errorf("cannot read %q: %w", s, err)
	}
	if spec.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return nil, fmt.Errorf("%q is never", s)
	}
	return spec, nil
}

func parseZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	return location, nil
}

// schedule reads a schedule that has been checked; nil when it was wrong.
func (c *compiler) schedule(n *node) *Schedule {
	s := &Schedule{Cron: strings.Join(strings.Fields(c.text(n, "cron")), " "), Zone: "UTC", CatchUp: CatchUpLast}
	var err error
	if s.spec, err = parseCron(s.Cron); err != nil {
		return nil
	}
	if zone := c.text(n, "time_zone"); zone != "" {
		s.Zone = zone
	}
	if s.location, err = parseZone(s.Zone); err != nil {
		return nil
	}
	if text := c.text(n, "catch_up"); text != "" {
		s.CatchUp = text
	}
	fields := strings.Fields(s.Cron)
	s.byHours = s.Cron == "@hourly" || len(fields) > 1 && strings.HasPrefix(fields[1], "*")
	s.TimeAs = c.givenInput(n.get("time_as"), KindString)
	s.Inputs = c.givenInputs(n, s.TimeAs)
	return s
}
