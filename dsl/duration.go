package dsl

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

const durationHint = "a number and a unit, such as 500ms, 30s, 5m, 1h30m or 2d"

// parseDuration reads a duration in Go's notation, with d for days in front.
func parseDuration(s string) (time.Duration, error) {
	text := strings.TrimSpace(s)
	if text == "" {
		return 0, errors.New("empty duration")
	}
	if strings.HasPrefix(text, "-") {
		return 0, fmt.Errorf("negative duration %q", s)
	}
	var days float64
	if before, after, ok := strings.Cut(text, "d"); ok {
		n, err := strconv.ParseFloat(before, 64)
		if err != nil || math.IsNaN(n) || n < 0 || n > 36500 {
			return 0, fmt.Errorf("cannot read duration %q", s)
		}
		days, text = n, after
	}
	total := time.Duration(days * 24 * float64(time.Hour))
	if text == "" {
		return total, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		if _, isNumber := strconv.ParseFloat(text, 64); isNumber == nil {
			return 0, fmt.Errorf("duration %q has no unit", s)
		}
		return 0, fmt.Errorf("cannot read duration %q", s)
	}
	if total+d < total || d < 0 {
		return 0, fmt.Errorf("duration %q is out of range", s)
	}
	return total + d, nil
}
