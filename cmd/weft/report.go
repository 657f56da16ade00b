package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.org/weft/server/api"
)

// printAccepted answers weft submit without --wait.
func (a *app) printAccepted(run *api.Run, c *client, out *outputFlag) error {
	if out.json() {
		return a.printJSON(run)
	}
	fmt.Fprintf(a.stdout, "%s\n", run.ID)
	fmt.Fprintf(a.stderr, "accepted; watch it at %s/runs/%s or with:\n  %s\n", c.base, run.ID, a.next("weft runs watch "+string(run.ID)))
	return nil
}

// printResult prints how a run has ended, for people.
func (a *app) printResult(r *result, workflow string) error {
	fmt.Fprintf(a.stdout, "%s %s in %.1f s, %s moved between nodes\n",
		workflow, r.Status, r.Seconds, bytesText(r.MovedBytes))
	rows := [][]string{}
	for _, name := range slices.Sorted(maps.Keys(r.Outputs)) {
		rows = append(rows, []string{"  " + name, outputText(r.Outputs[name])})
	}
	if err := a.table(rows); err != nil {
		return err
	}
	if r.Failure != nil {
		a.printFailure(r.Failure)
	} else if r.Error != "" {
		fmt.Fprintf(a.stderr, "  %s\n", r.Error)
	}
	return a.printLedger(r.Ledger)
}

func outputText(v any) string {
	if f, ok := v.(outFile); ok {
		where := f.Path
		if where == "" {
			where = string(f.Object)
		}
		return where + " (" + bytesText(f.Size) + ")"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

// printFailure says what failed, where, and what to do next.
func (a *app) printFailure(f *api.Failure) {
	var b strings.Builder
	fmt.Fprintf(&b, "  task     %s, attempt %d", f.Task, f.Attempt)
	if f.Node != "" {
		fmt.Fprintf(&b, ", on %s", f.Node)
	}
	fmt.Fprintf(&b, "\n  cause    %s: %s\n", f.Cause, f.Message)
	switch {
	case f.Signal != "":
		fmt.Fprintf(&b, "  signal   %s\n", f.Signal)
	case f.ExitCode != 0:
		fmt.Fprintf(&b, "  exit     %d\n", f.ExitCode)
	}
	if f.Stderr != "" {
		b.WriteString("  stderr\n")
		for line := range strings.Lines(strings.TrimRight(f.Stderr, "\n")) {
			b.WriteString("    | " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	if f.Dir != "" {
		fmt.Fprintf(&b, "  folder   %s\n", f.Dir)
	}
	if len(f.Next) > 0 {
		fmt.Fprintf(&b, "  next     %s\n", strings.Join(f.Next, "\n           "))
	}
	fmt.Fprint(a.stderr, b.String())
}

// printLedger prints every byte between the steps, predicted beside counted.
func (a *app) printLedger(ledger []ledgerRow) error {
	if len(ledger) == 0 {
		return nil
	}
	rows := [][]string{{"  from", "to", "input", "transport", "counted", "predicted"}}
	for _, row := range ledger {
		from, predicted := cmp.Or(row.From, "-"), "-"
		if row.PredictedBytes != nil {
			predicted = bytesText(*row.PredictedBytes)
		}
		rows = append(rows, []string{
			"  " + from, row.To, row.Input, string(row.Transport), bytesText(row.Bytes), predicted,
		})
	}
	return a.table(rows)
}

func seconds(s float64) string { return strconv.FormatFloat(s, 'f', 1, 64) + " s" }
