package dsl

import "fmt"

// Argv renders all of Exec. More than 128 KiB of arguments are an error.
func (f Function) Argv(s FuncScope) ([]string, error) {
	var argv []string
	total := 0
	for _, t := range f.Exec {
		args, err := t.Args(s)
		if err != nil {
			return nil, err
		}
		for _, a := range args {
			total += len(a) + 1
		}
		argv = append(argv, args...)
	}
	if total > maxArguments {
		return nil, fmt.Errorf("cannot run %s: arguments of %d bytes: %w", f.Name, total, errTooLong)
	}
	return argv, nil
}
