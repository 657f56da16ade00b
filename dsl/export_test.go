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
