package dsl

import "slices"

// FunctionNames returns the names of all functions that an expression may call.
func FunctionNames() ([]string, error) {
	c := &compiler{}
	env, err := c.baseEnv()
	if err != nil {
		return nil, err
	}
	return append(functionNames(env), "succeeded", "failed", "always"), nil
}

// Withheld returns the names of the functions of CEL that the language lacks.
func Withheld() []string {
	var names []string
	for name := range withheld() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Symbolic reports whether an expression is evaluated without CEL.
func (e *Expr) Symbolic() bool { return !computes(e.term) }

// Type returns the type of what an expression gives, as it is declared.
func (e *Expr) Type() string {
	s := e.term.shape()
	switch {
	case s.of != nil && s.Kind == KindList:
		return "the outputs of each " + s.of.name
	case s.of != nil:
		return "the outputs of " + s.of.name
	}
	return s.Type.String()
}
