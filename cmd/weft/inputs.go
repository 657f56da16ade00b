package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"example.org/weft/dsl"
	"example.org/weft/object"
	"example.org/weft/server/api"
)

// inputFlags are the inputs of a run as typed.
type inputFlags struct {
	pairs []string // name=value
	file  string   // JSON or, by default, none
}

func (f *inputFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&f.pairs, "input", "i", nil,
		"an input as name=value; a file by its path; repeated for a list")
	flags.StringVar(&f.file, "input-file", "", "JSON file with inputs by name")
}

// values returns the inputs by name: each value as text with all that was
// given for it, or what the JSON file says. -i wins over the file.
func (f *inputFlags) values() (map[string][]string, map[string]json.RawMessage, error) {
	given := make(map[string][]string)
	for _, pair := range f.pairs {
		name, value, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, nil, fmt.Errorf("cannot read input %q: want name=value", pair)
		}
		given[name] = append(given[name], value)
	}
	var fromFile map[string]json.RawMessage
	if f.file != "" {
		text, err := os.ReadFile(f.file)
		if err != nil {
			return nil, nil, fmt.Errorf("cannot read the input file: %w", err)
		}
		if err := json.Unmarshal(text, &fromFile); err != nil {
			return nil, nil, fmt.Errorf("cannot read the input file %s: want one JSON object: %w", f.file, err)
		}
	}
	return given, fromFile, nil
}

// A binder turns inputs as typed into what the interface takes.
type binder struct {
	// file turns a path into what stands for the file, such as the id of an
	// object that was uploaded.
	file func(ctx context.Context, path string) (any, error)
}

// bind returns the inputs of p by name. All mistakes are reported at once.
// What the server checks better (missing and unknown inputs) is left to it.
func (b binder) bind(ctx context.Context, p *dsl.Program, f *inputFlags) (map[string]any, error) {
	given, fromFile, err := f.values()
	if err != nil {
		return nil, usage(err)
	}
	inputs := make(map[string]any)
	for name, value := range fromFile {
		inputs[name] = value
	}
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		v, err := b.value(ctx, typeOf(p, name), given[name])
		var exit *exitError
		if errors.As(err, &exit) && exit.code != exitUsage {
			return nil, err // the mistake is not the user's
		}
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("input %s: %w", name, err))
		}
		inputs[name] = v
	}
	if len(mistakes) > 0 {
		return nil, usage(errors.Join(mistakes...))
	}
	return inputs, nil
}

// typeOf returns the declared type of an input; text for one that does not
// exist, which the server will say.
func typeOf(p *dsl.Program, name string) dsl.Type {
	for _, f := range p.Inputs {
		if f.Name == name {
			return f.Type
		}
	}
	return dsl.Type{Kind: dsl.KindString}
}

func (b binder) value(ctx context.Context, t dsl.Type, texts []string) (any, error) {
	if t.Kind == dsl.KindList && (len(texts) > 1 || !strings.HasPrefix(texts[0], "[")) {
		list := make([]any, len(texts))
		for i, text := range texts {
			v, err := b.value(ctx, *t.Elem, []string{text})
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	}
	if len(texts) > 1 {
		return nil, fmt.Errorf("given %d times, but it is no list", len(texts))
	}
	return b.scalar(ctx, t, texts[0])
}

func (b binder) scalar(ctx context.Context, t dsl.Type, text string) (any, error) {
	switch t.Kind {
	case dsl.KindString:
		return text, nil
	case dsl.KindFile:
		if _, err := object.ParseID(text); err == nil {
			return text, nil
		}
		return b.file(ctx, text)
	case dsl.KindDir:
		return nil, errors.New("a dir cannot be given on the command line: give a file, such as an archive")
	case dsl.KindInt, dsl.KindFloat, dsl.KindBool, dsl.KindJSON, dsl.KindList:
		if !json.Valid([]byte(text)) {
			return nil, fmt.Errorf("cannot read %q as %s", text, t)
		}
		return json.RawMessage(text), nil
	}
	return nil, fmt.Errorf("an input of type %s cannot be given here", t)
}

// uploadFile makes an object of a local file and returns its id.
func (c *client) uploadFile(ctx context.Context, path string) (any, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage(fmt.Errorf("cannot read the file: %w", err))
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return nil, fmt.Errorf("cannot read %s: it is a directory", path)
	}
	var ref api.Object
	err = c.call(ctx, request{
		method: http.MethodPost, path: "/objects", query: url.Values{"name": {filepath.Base(path)}},
		header: http.Header{"Content-Type": {"application/octet-stream"}}, body: file,
	}, nil, &ref)
	return string(ref.ID), err
}
