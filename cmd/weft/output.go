package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// outputFlag is -o: how results are printed.
type outputFlag struct {
	value   string
	allowed []string
}

func (o *outputFlag) register(cmd *cobra.Command, more ...string) {
	o.allowed = append([]string{"text", "json"}, more...)
	cmd.Flags().StringVarP(&o.value, "output", "o", "text", strings.Join(o.allowed, " or "))
	check := func(*cobra.Command, []string) error {
		if !slices.Contains(o.allowed, o.value) {
			return usage(fmt.Errorf("cannot print as %q: want %s", o.value, strings.Join(o.allowed, " or ")))
		}
		return nil
	}
	cmd.PreRunE = check
}

func (o *outputFlag) json() bool { return o.value == "json" }

// printJSON prints v for machines: indented, since people read it too.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// table prints rows in aligned columns.
func (a *app) table(rows [][]string) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	return w.Flush()
}

// bytesText returns a number of bytes as people read it.
func bytesText(n int64) string {
	const unit = 1000
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	value, prefix := float64(n)/unit, 0
	for value >= unit && prefix < len("kMGTP")-1 {
		value /= unit
		prefix++
	}
	return fmt.Sprintf("%.1f %cB", value, "kMGTP"[prefix])
}
