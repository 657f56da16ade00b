package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
)

// A row is what one planner got in one cell.
type row struct {
	cell, planner, nic          string
	tasks                       int
	seconds, bytes, bound, plan float64
}

type rows []row

// read returns the rows of a file of the yardstick's.
func read(file string) (rows, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	var all rows
	for _, record := range records[1:] {
		text := func(name string) string { return record[column[name]] }
		number := func(name string) float64 {
			v, parseErr := strconv.ParseFloat(text(name), 64)
			err = cmp.Or(err, parseErr)
			return v
		}
		all = append(all, row{
			cell:    text("instance") + " on " + text("nodes") + " nodes, " + text("nic_gbit") + " Gbit/s",
			planner: text("algo"), nic: text("nic_gbit"), tasks: int(number("tasks")),
			seconds: number("makespan_s"), bound: number("lower_bound_s"), plan: number("plan_s"),
			bytes: number("net_bytes") + number("storage_read_bytes") + number("storage_written_bytes"),
		})
	}
	return all, err
}

// A mean is a geometric one. What is nothing counts as a thousandth.
type mean struct {
	logs float64
	n    int
}

func (m *mean) add(x float64) {
	m.logs += math.Log(max(x, 1e-3))
	m.n++
}

func (m *mean) value() float64 { return math.Exp(m.logs / float64(m.n)) }

// print writes the tables.
func (rs rows) print(w io.Writer) {
	byPlanner := map[string]map[string]row{}
	for _, r := range rs {
		if byPlanner[r.planner] == nil {
			byPlanner[r.planner] = map[string]row{}
		}
		byPlanner[r.planner][r.cell] = r
	}
	fmt.Fprintf(w, "%d cells; geometric means\n\n| planner | time / lower bound | bytes / HEFT's |\n| --- | ---: | ---: |\n", len(byPlanner["weft"]))
	for _, name := range slices.Sorted(maps.Keys(byPlanner)) {
		var time, bytes mean
		for cell, r := range byPlanner[name] {
			time.add(r.seconds / r.bound)
			if heft := byPlanner["heft"][cell]; heft.bytes > 0 {
				bytes.add(r.bytes / heft.bytes)
			}
		}
		fmt.Fprintf(w, "| %s | %.3f | %.2f |\n", name, time.value(), bytes.value())
	}
	printWorst(w, byPlanner)
	printStore(w, byPlanner)
	printPlanning(w, byPlanner["weft"])
}

// printWorst names the cell in which Weft is slowest beside the best other.
func printWorst(w io.Writer, byPlanner map[string]map[string]row) {
	worst, where := 0.0, ""
	for _, cell := range slices.Sorted(maps.Keys(byPlanner["weft"])) {
		best := math.Inf(1)
		for name, cells := range byPlanner {
			if name != "weft" {
				best = min(best, cells[cell].seconds)
			}
		}
		if x := byPlanner["weft"][cell].seconds / best; x > worst {
			worst, where = x, cell
		}
	}
	fmt.Fprintf(w, "\nWorst cell beside the best of the others: %.3f (%s)\n", worst, where)
}

// printStore puts Weft beside everything through a store, by link.
func printStore(w io.Writer, byPlanner map[string]map[string]row) {
	time, bytes := map[string]*mean{}, map[string]*mean{}
	for cell, r := range byPlanner["weft"] {
		store := byPlanner["rr-via-store"][cell]
		if time[r.nic] == nil {
			time[r.nic], bytes[r.nic] = &mean{}, &mean{}
		}
		time[r.nic].add(r.seconds / store.seconds)
		bytes[r.nic].add(r.bytes / store.bytes)
	}
	fmt.Fprint(w, "\n| beside everything through a store | time | bytes |\n| --- | ---: | ---: |\n")
	for _, nic := range slices.Sorted(maps.Keys(time)) {
		fmt.Fprintf(w, "| %s Gbit/s | %+.0f %% | %+.0f %% |\n", nic, 100*(time[nic].value()-1), 100*(bytes[nic].value()-1))
	}
}

// printPlanning says how long the program took, from its start to its end.
func printPlanning(w io.Writer, cells map[string]row) {
	var took [3][]float64
	for _, r := range cells {
		size := 0
		if r.tasks > 100 {
			size++
		}
		if r.tasks > 1100 {
			size++
		}
		took[size] = append(took[size], r.plan*1000)
	}
	fmt.Fprint(w, "\n| weft plan --dag, ms from its start to its end | median | most |\n| --- | ---: | ---: |\n")
	for i, name := range []string{"up to 100 tasks", "up to 1,100 tasks", "more"} {
		if slices.Sort(took[i]); len(took[i]) > 0 {
			fmt.Fprintf(w, "| %s | %.0f | %.0f |\n", name, took[i][len(took[i])/2], took[i][len(took[i])-1])
		}
	}
}
