package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"time"

	"example.org/weft/dsl"
	"example.org/weft/executor"
	"example.org/weft/object"
)

// A stager brings the inputs of one attempt into its folder: files as links to
// objects at in/INPUT/NAME, those of a list at in/INPUT/INDEX-NAME, and all
// inputs together as the JSON file that $WEFT_INPUT names.
type stager struct {
	node    *Node
	attempt *attempt
	folder  *folder
	ledger  *ledger
	input   string // that is being staged
	files   int    // of it, so far
	width   int    // digits of a file's index; 0: the input is one file
	linked  []object.ID

	lost     *lostError // all that was missed so far
	patience time.Time  // when the holders of missing objects have been unreachable for too long; zero: all were reached
}

// stage returns what the function's templates read.
func (s *stager) stage(ctx context.Context) (dsl.FuncScope, error) {
	scope := dsl.FuncScope{Inputs: map[string]any{}, Outputs: map[string]any{}}
	for _, name := range s.names() {
		v, err := s.stageInput(ctx, name)
		if err = s.miss(err); err != nil {
			return scope, fmt.Errorf("cannot stage input %s: %w", name, err)
		}
		scope.Inputs[name] = v
	}
	if s.lost != nil {
		return scope, s.lost
	}
	text, err := json.Marshal(scope.Inputs)
	if err != nil {
		return scope, fmt.Errorf("cannot encode inputs: %w", err)
	}
	if err := s.folder.WriteFile(inputFile, text, 0o644); err != nil {
		return scope, fmt.Errorf("cannot write inputs: %w", err)
	}
	return scope, s.layOutputs(scope.Outputs)
}

// miss notes what is lost and lets staging go on, so that all of it is known
// after one attempt.
func (s *stager) miss(err error) error {
	gone, ok := errors.AsType[*lostError](err)
	if !ok {
		return err
	}
	if s.lost == nil {
		s.lost = &lostError{err: gone.err}
	}
	s.lost.ids = append(s.lost.ids, gone.ids...)
	return nil
}

// names are the inputs that were declared, then those that were only given.
func (s *stager) names() []string {
	var names []string
	for _, f := range s.attempt.Function.Inputs {
		names = append(names, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(s.attempt.Inputs)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (s *stager) stageInput(ctx context.Context, name string) (any, error) {
	s.input, s.files, s.width = name, 0, 0
	v, given := s.attempt.Inputs[name]
	if !given {
		for _, f := range s.attempt.Function.Inputs {
			if f.Name == name && len(f.Default) > 0 {
				v = object.FromJSON(f.Default)
			}
		}
	}
	v, err := s.open(ctx, v)
	if err != nil {
		return nil, err
	}
	if v.File == nil && v.Dir == nil {
		s.width = len(strconv.Itoa(count(v)))
	}
	return s.plain(ctx, v)
}

// count is how many objects stand in v, at the least.
func count(v object.Value) int {
	n := 0
	for range v.Refs {
		n++
	}
	return n
}

// plain returns v as templates and JSON have it: files as paths.
func (s *stager) plain(ctx context.Context, v object.Value) (any, error) {
	v, err := s.open(ctx, v)
	if err != nil {
		return nil, err
	}
	switch {
	case v.File != nil:
		return s.bring(ctx, *v.File)
	case v.Dir != nil:
		return s.bring(ctx, *v.Dir)
	case v.List != nil:
		list := make([]any, len(v.List))
		for i, item := range v.List {
			if list[i], err = s.plain(ctx, item); err != nil {
				return nil, err
			}
		}
		return list, nil
	case v.Map != nil:
		fields := make(map[string]any, len(v.Map))
		for _, name := range slices.Sorted(maps.Keys(v.Map)) {
			if fields[name], err = s.plain(ctx, v.Map[name]); err != nil {
				return nil, err
			}
		}
		return fields, nil
	case v.IsNull():
		return nil, nil
	case v.Gather != nil:
		return nil, errors.New("a gathered list was not spelled out")
	}
	s.enter(executor.TransportInline, "", int64(len(v.JSON)), 0)
	return decodeAny(v.JSON)
}

func decodeAny(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("cannot decode value: %w", err)
	}
	return v, nil
}

// bring makes an object appear in the folder and returns its path.
func (s *stager) bring(ctx context.Context, ref object.Ref) (string, error) {
	dir := inDir + "/" + safeName(s.input)
	if s.files == 0 {
		if err := s.folder.MkdirAll(dir, 0o755); err != nil {
			return "", err
		}
	}
	name := safeName(ref.Name)
	if s.width > 0 {
		name = fmt.Sprintf("%0*d-%s", s.width, s.files, name)
	}
	s.files++
	at := path.Join(dir, name)
	if err := s.miss(s.place(ctx, ref, at)); err != nil {
		return "", err
	}
	return s.folder.path + "/" + at, nil
}

// layOutputs prepares where outputs go. A file or a folder is made by the
// function at the path that it is told; of a list of files it is told a folder,
// which is there already.
func (s *stager) layOutputs(paths map[string]any) error {
	if err := s.folder.Mkdir(outDir, 0o755); err != nil {
		return err
	}
	for _, f := range s.attempt.Function.Outputs {
		if f.Path != "" || !ofFiles(f.Type) {
			continue
		}
		at := outDir + "/" + outputName(f)
		if f.Type.Kind == dsl.KindList {
			if err := s.folder.Mkdir(at, 0o755); err != nil {
				return err
			}
		}
		paths[f.Name] = s.folder.path + "/" + at
	}
	return nil
}

// ofFiles reports whether a value of the type is a file, a folder, or a list of
// either.
func ofFiles(t dsl.Type) bool {
	if t.Kind == dsl.KindList && t.Elem != nil {
		t = *t.Elem
	}
	return t.Kind == dsl.KindFile || t.Kind == dsl.KindDir
}

// checkInputs looks whether the function changed what it was only lent.
func (s *stager) checkInputs() error {
	for _, id := range s.linked {
		if err := s.node.store.Check(id); errors.Is(err, object.ErrChanged) {
			return because(executor.CauseInput,
				fmt.Errorf("an input was changed while the function ran; inputs are shared, copy one to change it: %w", err))
		}
	}
	return nil
}

func (s *stager) enter(t executor.Transport, node executor.NodeID, bytes int64, objects int) {
	s.ledger.enter(executor.Transfer{
		Input: s.input, From: s.attempt.From[s.input], FromNode: node,
		Transport: t, Bytes: bytes, Objects: objects,
	})
}
