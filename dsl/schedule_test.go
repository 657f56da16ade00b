package dsl_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.org/weft/dsl"
)

func TestNextTimes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, cron, zone, after, want string }{
		{"every day", "30 2 * * *", "UTC", "2026-03-28T02:30:00Z", "29T02:30 30T02:30"},
		{"on weekdays", "0 9 * * 1-5", "America/New_York", "2026-03-06T20:00:00Z", "09T13:00 10T13:00"},
		{"at a time that the clocks leap over", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "29T01:30 30T00:30"},
		{"at a time that the clocks pass twice", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "25T00:30 26T01:30"},
		{"every hour, when the clocks leap", "0 * * * *", "Europe/Berlin", "2026-03-29T00:30:00Z", "29T01:00 29T02:00"},
		{"every hour, when the clocks go back", "0 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "25T01:00 25T02:00"},
		{"where the clocks leap half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "03T15:45 04T15:15"},
		{"on leap days", "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "29T00:00 29T00:00"},
		{"by name", "@daily", "Asia/Tokyo", "2026-01-01T00:00:00Z", "01T15:00 02T15:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := fmt.Sprintf("version: 1\nname: w\non: { schedule: [{ cron: %q, time_zone: %s }] }\nsteps: { a: { builtin: noop } }\n", tt.cron, tt.zone)
			p, _, err := dsl.Compile("w.yaml", []byte(src))
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, tt.after)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for range 2 {
				at = p.Schedules[0].Next(at)
				got = append(got, at.Format("02T15:04"))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("got %s, want %s", strings.Join(got, " "), tt.want)
			}
		})
	}
}

func FuzzCron(f *testing.F) {
	for _, s := range []string{"* * * * *", "30 2 29 2 *", "@daily", "*/5 1-3,7 * JAN-MAR SUN", "0 0 31 2 *", "CRON_TZ=UTC * * * * *"} {
		f.Add(s, "Europe/Berlin")
	}
	f.Fuzz(func(t *testing.T, spec, zone string) { checkCron(t, spec, zone) })
}

func checkCron(t *testing.T, spec, zone string) {
	t.Helper()
	src := fmt.Sprintf("version: 1\nname: w\non: { schedule: [{ cron: %q, time_zone: %q }] }\nsteps: { a: { builtin: noop } }\n", spec, zone)
	p, err := compile(t, src)
	if err != nil {
		return
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 3 {
		var next time.Time
		frugal(t, func() { next = p.Schedules[0].Next(at) })
		if !next.IsZero() && !next.After(at) {
			t.Fatalf("%s after %s is %s", spec, at, next)
		}
		at = next
	}
}
