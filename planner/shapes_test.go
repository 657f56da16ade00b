package planner_test

import (
	"encoding/json"
	"slices"

	"example.org/weft/dsl"
	"example.org/weft/planner"
)

const (
	kb = 1_000
	mb = 1_000_000
	gb = 1_000_000_000
)

// A shape is a workflow in the making, with the run times that its functions
// are known to have.
type shape struct {
	prog dsl.Program
	prof planner.Profile
	in   planner.Inputs
}

func newShape(name string) *shape {
	return &shape{
		prog: dsl.Program{Name: name, Version: "sha256:" + name, MaxSlowdown: 0.05},
		prof: planner.Profile{Functions: map[string]planner.Estimate{}},
		in:   planner.Inputs{Bytes: map[string]int64{}, Items: map[string]int{}},
	}
}

func (s *shape) make(c planner.Cluster) *planner.Plan { return planner.Make(&s.prog, s.in, s.prof, c) }

// file is an input file of so many bytes.
func (s *shape) file(name string, bytes int64) {
	s.prog.Inputs = append(s.prog.Inputs, dsl.Field{Name: name, Type: dsl.Type{Kind: dsl.KindFile}})
	s.in.Bytes[name] = bytes
}

// count is an int input, as range() takes it.
func (s *shape) count(name string, n int) {
	s.prog.Inputs = append(s.prog.Inputs, dsl.Field{Name: name, Type: dsl.Type{Kind: dsl.KindInt}})
	s.in.Items[name] = n
}

// A maker changes the step that it is given.
type maker func(s *shape, i int)

func (s *shape) step(name string, makers ...maker) {
	i := len(s.prog.Steps)
	s.prog.Functions = append(s.prog.Functions, dsl.Function{
		Name: name, Digest: name, Pure: true, Resources: dsl.Resources{CPU: 1},
	})
	s.prog.Steps = append(s.prog.Steps, dsl.Step{Name: name, Function: i})
	for _, m := range makers {
		m(s, i)
	}
}

func (s *shape) fn(i int) *dsl.Function { return &s.prog.Functions[i] }

func (s *shape) index(step string) int {
	return slices.IndexFunc(s.prog.Steps, func(st dsl.Step) bool { return st.Name == step })
}

// runs is the seconds that one task takes.
func runs(seconds float64) maker {
	return func(s *shape, i int) {
		e := s.prof.Functions[s.fn(i).Digest]
		e.Run = planner.Fit{N: 1, Y: seconds}
		s.prof.Functions[s.fn(i).Digest] = e
	}
}

// makes is an output file of so many bytes.
func makes(field string, bytes int64) maker {
	return func(s *shape, i int) {
		s.fn(i).Outputs = append(s.fn(i).Outputs,
			dsl.Field{Name: field, Type: dsl.Type{Kind: dsl.KindFile}, SizeHint: bytes})
	}
}

// makesList is an output list of n files of so many bytes each.
func makesList(field string, n int, bytes int64) maker {
	return func(s *shape, i int) {
		file := dsl.Type{Kind: dsl.KindFile}
		f := s.fn(i)
		f.Outputs = append(f.Outputs,
			dsl.Field{Name: field, Type: dsl.Type{Kind: dsl.KindList, Elem: &file}, SizeHint: bytes})
		e := s.prof.Functions[f.Digest]
		if e.Items == nil {
			e.Items = map[string]planner.Fit{}
		}
		e.Items[field] = planner.Fit{N: 1, Y: float64(n)}
		s.prof.Functions[f.Digest] = e
	}
}

func read(s *shape, i int, r dsl.Read) {
	r.Binding = "in_" + string(rune('a'+len(s.prog.Steps[i].Reads)))
	s.fn(i).Inputs = append(s.fn(i).Inputs, dsl.Field{Name: r.Binding, Type: dsl.Type{Kind: dsl.KindFile}})
	s.prog.Steps[i].Reads = append(s.prog.Steps[i].Reads, r)
}

// reads is all of one value; from is a step or "inputs".
func reads(from, field string) maker {
	return func(s *shape, i int) { read(s, i, dsl.Read{Step: s.index(from), Field: field}) }
}

// readsAll is every item of a foreach.
func readsAll(from, field string) maker {
	return func(s *shape, i int) {
		read(s, i, dsl.Read{Step: s.index(from), Field: field, Items: dsl.ItemAll})
	}
}

// each makes the step a foreach in which item i reads item i of a foreach.
func each(from, field string) maker { return readsAt(from, field, 0) }

func readsAt(from, field string, offset int) maker {
	return func(s *shape, i int) {
		s.prog.Steps[i].Foreach = &dsl.Foreach{}
		read(s, i, dsl.Read{Step: s.index(from), Field: field, Items: dsl.ItemAt, Offset: offset})
	}
}

// eachOf makes the step a foreach over a list that one task makes.
func eachOf(from, field string) maker {
	return func(s *shape, i int) {
		s.prog.Steps[i].Foreach = &dsl.Foreach{}
		read(s, i, dsl.Read{Step: s.index(from), Field: field, Each: true})
	}
}

// over makes the step a foreach over range(inputs.field).
func over(field string) maker {
	return func(s *shape, i int) {
		s.prog.Steps[i].Foreach = &dsl.Foreach{}
		s.prog.Steps[i].Reads = append(s.prog.Steps[i].Reads, dsl.Read{Step: dsl.InputStep, Field: field})
	}
}

func needs(cpu float64, memory int64) maker {
	return func(s *shape, i int) { s.fn(i).Resources = dsl.Resources{CPU: cpu, Memory: memory} }
}

func nodes(n int, cpu float64, memory int64) planner.Cluster {
	c := planner.Cluster{Bandwidth: planner.DefaultBandwidth}
	for i := range n {
		c.Nodes = append(c.Nodes, planner.Node{ID: "n" + string(rune('1'+i)), CPU: cpu, Memory: memory})
	}
	return c
}

func text(p *planner.Plan) string {
	b, err := json.Marshal(p)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
