package dsl

import "example.org/weft/object"

// An inputScope knows inputs alone: of a function, or of a run before it begins.
type inputScope struct{ inputs map[string]object.Value }

var _ Scope = inputScope{}

func (s inputScope) Input(name string) object.Value { return s.inputs[name] }

func (s inputScope) Output(int, int, string) (object.Value, Presence) { return object.Null(), Absent }

func (s inputScope) Items(int) (int, Presence) { return 0, Absent }

func (s inputScope) Loop() (int, object.Value) { return 0, object.Null() }

func (s inputScope) About() About { return About{} }
