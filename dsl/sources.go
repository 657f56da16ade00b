package dsl

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Sources compile a workflow together with those that its functions run: files
// beside it, and workflows that are known by name. The zero Sources have none.
type Sources struct {
	// Read returns the content of a file, by its path from where the first one
	// is named.
	Read func(file string) ([]byte, error)

	// Named finds a workflow by its name; nil when there are none.
	Named Resolver

	done  map[string]*compiled // by path
	stack []string             // files that are being compiled
}

type compiled struct {
	child    Child
	warnings Errors
	err      error
}

// ErrNoName is the reason why a workflow is not found that has a name, where
// there are only files.
var ErrNoName = errors.New("only a server knows workflows by name")

var errItself = errors.New("runs itself")

// Compile is like the function Compile, and finds the workflows that the file
// names. Their mistakes and warnings come after its own.
func (s *Sources) Compile(file string, src []byte) (*Program, Errors, error) {
	s.stack = append(s.stack, path.Clean(file))
	defer func() { s.stack = s.stack[:len(s.stack)-1] }()
	var below Errors
	seen := map[string]bool{}
	p, warnings, err := CompileWith(file, src, func(name string) (Child, error) {
		if !isPath(name) {
			return s.named(name)
		}
		found := s.file(path.Join(path.Dir(file), name), name)
		if !seen[name] {
			seen[name] = true
			below = append(below, found.warnings...)
		}
		return found.child, found.err
	})
	return p, append(warnings, below...), err
}

func (s *Sources) named(name string) (Child, error) {
	if s.Named == nil {
		return Child{}, fmt.Errorf("cannot find workflow %s: %w", name, ErrNoName)
	}
	return s.Named(name)
}

// file compiles the file of a child, once.
func (s *Sources) file(file, name string) *compiled {
	if i := slices.Index(s.stack, file); i >= 0 {
		round := strings.Join(append(slices.Clone(s.stack[i:]), file), " -> ")
		return &compiled{err: fmt.Errorf("workflow %s %w: %s", name, errItself, round)}
	}
	if found := s.done[file]; found != nil {
		return found
	}
	found := &compiled{}
	var src []byte
	if s.Read == nil {
		found.err = fmt.Errorf("cannot read workflow %s: there are no files here", name)
	} else if src, found.err = s.Read(file); found.err == nil {
		found.child.Source = src
		found.child.Program, found.warnings, found.err = s.Compile(file, src)
	}
	if s.done == nil {
		s.done = map[string]*compiled{}
	}
	s.done[file] = found
	return found
}
