package dsl

import (
	"fmt"
	"strconv"
	"strings"
)

// A Tolerance says how many items of a foreach may fail without failing it.
type Tolerance struct {
	Count    int
	Fraction float64 // of all items, if Count is 0
}

// Of returns how many of so many items may fail.
func (t *Tolerance) Of(items int) int {
	if t == nil {
		return 0
	}
	const rounding = 1e-9 // 7% of 100 is 7
	return t.Count + int(t.Fraction*float64(items)+rounding)
}

func toleranceForm() form {
	return form{kind: formWord, hint: say("a number of items, or a part of all such as 10%"), like: `^[0-9]+$|^[0-9.]+%$`, read: func(s string) error {
		_, err := parseTolerance(s)
		return err
	}}
}

// parseTolerance reads "3" or "10%".
func parseTolerance(s string) (Tolerance, error) {
	if strings.HasSuffix(strings.TrimSpace(s), "%") {
		f, err := parseFraction(s)
		return Tolerance{Fraction: f}, err
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return Tolerance{}, fmt.Errorf("cannot read how many items %q are", s)
	}
	return Tolerance{Count: n}, nil
}
