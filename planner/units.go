package planner

import (
	"fmt"
	"math"
	"time"

	"github.com/dustin/go-humanize"
)

// Size is bytes for people, in decimal units: "4.3 MB".
func Size(bytes int64) string { return humanize.Bytes(uint64(max(bytes, 0))) }

// Seconds is a time for people, to two or three digits: "35.2 ms".
func Seconds(s float64) string {
	switch {
	case s < 0.0000005:
		return "0 s"
	case s < 0.001:
		return fmt.Sprintf("%.0f µs", s*1e6)
	case s < 1:
		return fmt.Sprintf("%.3g ms", math.Round(s*1e4)/10)
	case s < 600:
		return fmt.Sprintf("%.3g s", s)
	}
	return (time.Duration(s) * time.Second).String()
}

func size(bytes float64) string { return Size(rounded(bytes)) }

func rounded(bytes float64) int64 { return int64(min(math.Round(bytes), 8e18)) }

func duration(s float64) time.Duration {
	return time.Duration(min(s*float64(time.Second), 8e18)).Round(time.Microsecond)
}
