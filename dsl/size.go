package dsl

import (
	"fmt"
	"strconv"
	"strings"
)

const sizeHint = "a number and a unit, such as 300KB, 512MB, 4GiB"

// parseSize reads a number of bytes: KB, MB, GB, TB are powers of 1000; KiB,
// MiB, GiB, TiB powers of 1024; B or nothing is bytes.
func parseSize(s string) (int64, error) {
	text := strings.TrimSpace(s)
	digits := len(text) - len(strings.TrimLeft(text, "0123456789."))
	number, err := strconv.ParseFloat(text[:digits], 64)
	if err != nil {
		return 0, fmt.Errorf("cannot read size %q", s)
	}
	unit, ok := sizeUnit(strings.TrimSpace(text[digits:]))
	if !ok {
		return 0, fmt.Errorf("unknown unit in size %q", s)
	}
	if bytes := number * unit; bytes < 1<<62 {
		return int64(bytes), nil
	}
	return 0, fmt.Errorf("size %q is out of range", s)
}

func sizeUnit(unit string) (float64, bool) {
	switch strings.ToLower(unit) {
	case "", "b":
		return 1, true
	case "kb", "k":
		return 1e3, true
	case "mb", "m":
		return 1e6, true
	case "gb", "g":
		return 1e9, true
	case "tb", "t":
		return 1e12, true
	case "kib", "ki":
		return 1 << 10, true
	case "mib", "mi":
		return 1 << 20, true
	case "gib", "gi":
		return 1 << 30, true
	case "tib", "ti":
		return 1 << 40, true
	}
	return 0, false
}
