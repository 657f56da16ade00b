package dsl_test

import (
	"testing"

	"example.org/weft/dsl"
)

func TestAToleranceIsACountOrAPartRoundedDown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of    *dsl.Tolerance
		items int
		want  int
	}{
		{nil, 10, 0},
		{&dsl.Tolerance{Count: 3}, 2, 3},
		{&dsl.Tolerance{Fraction: 0.1}, 9, 0},
		{&dsl.Tolerance{Fraction: 0.1}, 19, 1},
		{&dsl.Tolerance{Fraction: 0.07}, 100, 7},
		{&dsl.Tolerance{Fraction: 0.29}, 100, 29},
		{&dsl.Tolerance{Fraction: 1}, 10_000_000, 10_000_000},
	} {
		if got := c.of.Of(c.items); got != c.want {
			t.Errorf("%+v of %d items is %d, want %d", c.of, c.items, got, c.want)
		}
	}
}
