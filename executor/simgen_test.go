package executor

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator writes a random workflow: chains, joins, foreach over lists and
// over each other, conditions, retries, order without data.
type generator struct {
	rng   *rand.Rand
	steps []genStep
}

type genStep struct {
	name    string
	foreach bool
	partial bool // items of its list may be missing
	pure    bool
	inputs  []string // "name type"
	with    []string // "name: expression"
	rest    []string // further lines of the step
	wait    string   // what it waits for; it then runs no function
	silent  bool     // it makes nothing that others could read
	called  bool     // its function is called back
	chooses bool     // it is a switch
	calls   bool     // it runs another workflow
}

// workflow returns the YAML of a workflow.
func workflow(rng *rand.Rand) string {
	g := &generator{rng: rng}
	for i := range 1 + rng.IntN(7) {
		if i > 0 && g.one(6) {
			g.choose(i)
			continue
		}
		s := g.step(i)
		if g.one(5) {
			g.catch(&s)
		}
		g.steps = append(g.steps, s)
	}
	return g.yaml() + g.late("on_failure", "f") + g.late("finally", "l")
}

func (g *generator) one(in int) bool { return g.rng.IntN(in) == 0 }

func (g *generator) earlier(foreach bool) (genStep, bool) {
	var found []genStep
	for _, s := range g.steps {
		if s.foreach == foreach && !s.silent {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return genStep{}, false
	}
	return found[g.rng.IntN(len(found))], true
}

func (g *generator) step(i int) genStep {
	s := genStep{name: fmt.Sprintf("s%d", i), pure: !g.one(3)}
	if i > 0 && g.one(2) {
		g.overList(&s)
	}
	for range g.rng.IntN(3) {
		g.read(&s)
	}
	if i > 1 && g.one(8) {
		s.rest = append(s.rest, fmt.Sprintf("needs: { of: [%s, %s], at_least: 1 }", g.steps[0].name, g.steps[1].name))
	} else if i > 0 && g.one(5) {
		s.rest = append(s.rest, "needs: ["+g.steps[g.rng.IntN(len(g.steps))].name+"]")
	}
	if g.one(4) && !strings.Contains(strings.Join(s.rest, ""), "at_least") {
		g.condition(&s)
	}
	if g.one(12) {
		s.rest = append(s.rest, "deadline: 1m")
	}
	if g.one(6) {
		g.waits(&s, i)
	} else if g.one(6) {
		g.repeats(&s)
	} else if g.one(6) {
		s.calls, s.pure = true, false
		if g.one(8) {
			s.rest = append(s.rest, "timeout: 1m")
		}
	} else if g.one(8) {
		s.called, s.pure = true, false
		s.rest = append(s.rest, []string{
			"wait: { callback: true }", "wait: { callback: true, timeout: 1m }\n    heartbeat: 30s",
		}[g.rng.IntN(2)])
	}
	return s
}

// repeats makes a step one that is run again.
func (g *generator) repeats(s *genStep) {
	last := "steps." + s.name + ".outputs"
	if s.foreach {
		last += "[i]"
	}
	if g.one(2) {
		s.bind("int", "visit == 1 ? 0 : "+last+".n")
	} else {
		s.bind("file?", "visit == 1 ? null : "+last+".f")
	}
	s.rest = append(s.rest, fmt.Sprintf("repeat: { until: \"${{ %s.n < 4 }}\", max: 4 }", last))
}

// waits makes a step one that waits.
func (g *generator) waits(s *genStep, i int) {
	switch s.pure = false; g.rng.IntN(4) {
	case 0:
		s.wait, s.silent = "for: 10m", true
	case 1:
		s.wait, s.silent = `until: "${{ run.started_at + duration('5m') }}"`, true
	case 2:
		s.wait = fmt.Sprintf("signal: go%d", i)
	case 3:
		s.wait = fmt.Sprintf("signal: go%d, timeout: 1m", i)
	}
}

func (s *genStep) bind(typ, expr string) {
	name := fmt.Sprintf("in%d", len(s.inputs))
	s.inputs = append(s.inputs, fmt.Sprintf("%s: { type: %q }", name, typ))
	s.with = append(s.with, fmt.Sprintf("%s: \"${{ %s }}\"", name, expr))
}

// overList makes a step a foreach.
func (g *generator) overList(s *genStep) {
	in := "range(3)"
	each := []string{"int", "item"}
	batch := g.one(3)
	if batch {
		each = []string{"int[]", "item"}
	}
	if list, ok := g.earlier(true); ok && g.one(2) {
		in, each = "steps."+list.name+".outputs", g.itemOf(list, batch)
	} else if plain, ok := g.earlier(false); ok && !g.one(4) {
		in = "steps." + plain.name + ".outputs.l"
		if g.one(4) {
			in += ".filter(x, x % 2 == 0)"
		}
	}
	s.foreach = true
	s.bind(each[0], each[1])
	limit := ""
	if g.one(3) {
		limit = fmt.Sprintf(", max_parallel: %d", 1+g.rng.IntN(2))
	}
	if batch {
		limit += ", batch: 2"
	}
	if s.partial = g.one(4); s.partial {
		limit += []string{", tolerate: 1", ", tolerate: 40%"}[g.rng.IntN(2)]
	}
	s.rest = append(s.rest, fmt.Sprintf("foreach: { in: \"${{ %s }}\", as: item, index: i%s }", in, limit))
	if g.one(3) {
		s.bind("int?", "i == 0 ? null : steps."+s.name+".outputs[i - 1].n")
	} else if g.one(4) {
		s.bind("file?", "i == 0 ? null : steps."+s.name+".outputs[i - 1].f")
	}
}

// itemOf is the type of an output of an item, or of a batch of them, of what
// another foreach makes, and how it is read.
func (g *generator) itemOf(list genStep, batch bool) []string {
	null := ""
	if list.partial {
		null = "?"
	}
	switch file := g.one(2); {
	case batch && file:
		return []string{"file" + null + "[]", "item.map(r, r.f)"}
	case batch && g.one(2):
		return []string{"int", "size(item)"}
	case batch:
		return []string{"int" + null + "[]", "item.map(r, r.n)"}
	case file:
		return []string{"file", "item.f"}
	}
	return []string{"int", "item.n"}
}

// read binds an input to something that an earlier step made.
func (g *generator) read(s *genStep) {
	if list, ok := g.earlier(true); ok && g.one(2) {
		outputs := "steps." + list.name + ".outputs"
		null := ""
		if list.partial {
			null = "?"
		}
		switch g.rng.IntN(3) {
		case 0:
			s.bind("int"+null+"[]", outputs+".map(r, r.n)")
		case 1:
			s.bind("file"+null+"[]", outputs+".map(r, r.f)")
		case 2:
			s.bind("int", "size("+outputs+")")
		}
		return
	}
	plain, ok := g.earlier(false)
	if !ok {
		return
	}
	outputs := "steps." + plain.name + ".outputs"
	switch g.rng.IntN(4) {
	case 0:
		s.bind("int", outputs+".n")
	case 1:
		s.bind("file", outputs+".f")
	case 2:
		s.bind("int", outputs+".n + 1")
	case 3:
		s.bind("int[]", outputs+".l")
	}
}

// catch has one or two steps stand for s when it fails.
func (g *generator) catch(s *genStep) {
	clauses := []string{"{ then: " + s.name + "c }"}
	g.steps = append(g.steps, g.standIn(s.name+"c", "error.message"))
	if g.one(3) {
		clauses = []string{"{ on: [timeout, error], as: e, then: " + s.name + "d }", clauses[0]}
		g.steps = append(g.steps, g.standIn(s.name+"d", "e.cause + e.message"))
	}
	s.rest = append(s.rest, "catch: ["+strings.Join(clauses, ", ")+"]")
}

func (g *generator) standIn(name, why string) genStep {
	s := genStep{name: name, pure: !g.one(3), silent: true}
	for range g.rng.IntN(2) {
		g.read(&s)
	}
	if why != "" && g.one(2) {
		s.bind("string", why)
	}
	return s
}

// choose adds a switch and its branches.
func (g *generator) choose(i int) {
	s := genStep{name: fmt.Sprintf("s%d", i), chooses: true}
	when := "true"
	if plain, ok := g.earlier(false); ok {
		when = "steps." + plain.name + ".outputs.n % 2 == 0"
	}
	if list, ok := g.earlier(true); ok && g.one(2) {
		s.foreach = true
		s.rest = append(s.rest, "foreach: { in: \"${{ steps."+list.name+".outputs }}\", as: item, index: i }")
		when = "item.n % 2 == 0"
	}
	yes, no := g.standIn(s.name+"y", ""), g.standIn(s.name+"n", "")
	if g.one(3) {
		g.catch(&no)
	}
	s.rest = append(s.rest, fmt.Sprintf("switch: [{ when: \"${{ %s }}\", then: %s }, { default: %s }]", when, yes.name, no.name))
	g.steps = append(g.steps, yes, no, s)
}

// late writes a section of steps after the main ones.
func (g *generator) late(section, name string) string {
	if !g.one(3) {
		return ""
	}
	text := section + ":\n"
	for i := range 1 + g.rng.IntN(2) {
		text += fmt.Sprintf("  %s%d:\n    exec: [\"true\", \"${{ run.status + error.cause }}\"]\n    retry: { max_retries: 1 }\n", name, i)
		if g.one(2) {
			text += "    foreach: { in: \"${{ range(2) }}\", as: x }\n"
		} else if plain, ok := g.earlier(false); ok {
			text += fmt.Sprintf("    if: \"${{ steps.%s.outputs.?n.orValue(0) < 4 }}\"\n", plain.name)
		}
		if i > 0 && g.one(2) {
			text += fmt.Sprintf("    needs: [%s0]\n", name)
		}
	}
	return text
}

func (g *generator) condition(s *genStep) {
	cond := "always()"
	plain, ok := g.earlier(false)
	switch n := g.rng.IntN(4); {
	case n == 0 && ok:
		cond = "steps." + plain.name + ".outputs.n % 2 == 0"
	case n == 1 && s.foreach:
		cond = "i % 2 == 0"
	case n == 2:
		cond = "failed()"
	}
	s.rest = append(s.rest, fmt.Sprintf("if: \"${{ %s }}\"", cond))
}

func (g *generator) yaml() string {
	var b strings.Builder
	b.WriteString("version: 1\nname: random\nfunctions:\n")
	for _, s := range g.steps {
		if s.wait != "" || s.called || s.chooses {
			continue
		}
		if s.calls {
			fmt.Fprintf(&b, "  %s:\n    workflow: %q\n    retry: { max_retries: %d }\n", s.name, "./"+strings.Join(s.inputs, ", "), g.rng.IntN(3))
			continue
		}
		fmt.Fprintf(&b, "  %s:\n    exec: [\"true\"]\n    pure: %v\n    cache: %v\n", s.name, s.pure, s.pure && g.one(3))
		if len(s.inputs) > 0 {
			fmt.Fprintf(&b, "    inputs: { %s }\n", strings.Join(s.inputs, ", "))
		}
		b.WriteString("    outputs: { n: { type: int }, l: { type: \"int[]\" }, f: { type: file, path: f } }\n")
		fmt.Fprintf(&b, "    retry: { max_retries: %d, interval: 1s, backoff: 2, jitter: full }\n", g.rng.IntN(3))
	}
	b.WriteString("steps:\n")
	for _, s := range g.steps {
		switch {
		case s.wait != "":
			fmt.Fprintf(&b, "  %s:\n    wait: { %s }\n", s.name, s.wait)
			if !s.silent {
				b.WriteString("    outputs: { n: int, l: \"int[]\", f: file }\n")
			}
		case s.called:
			fmt.Fprintf(&b, "  %s:\n    exec: [\"true\"]\n    outputs: { n: int, l: \"int[]\", f: file }\n    retry: { max_retries: 1 }\n", s.name)
		case s.chooses:
			fmt.Fprintf(&b, "  %s:\n", s.name)
		default:
			fmt.Fprintf(&b, "  %s:\n    uses: %s\n", s.name, s.name)
		}
		if len(s.with) > 0 && s.wait == "" {
			fmt.Fprintf(&b, "    with: { %s }\n", strings.Join(s.with, ", "))
		}
		for _, line := range s.rest {
			fmt.Fprintf(&b, "    %s\n", line)
		}
	}
	b.WriteString("outputs:\n")
	for _, s := range g.steps {
		if s.silent {
			continue
		}
		field := []string{"n", "f"}[g.rng.IntN(2)]
		expr := "steps." + s.name + ".outputs." + field
		if s.foreach {
			expr = "steps." + s.name + ".outputs.map(r, r." + field + ")"
		}
		fmt.Fprintf(&b, "  %s: \"${{ %s }}\"\n", s.name, expr)
	}
	return b.String()
}
