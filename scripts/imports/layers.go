package main

import (
	"fmt"
	"slices"
	"strings"
)

// A layer is a set of parts that do not import each other, unless also says so.
// A part is a package with all below it that is no part itself.
type layer struct {
	parts []string
	also  []string // "a -> b": a may import b all the same
}

// layers are the parts of the module from the bottom up. A part imports from
// layers before its own and never from later ones.
func layers() []layer {
	return []layer{
		{parts: []string{"object"}},
		{parts: []string{"dsl"}},
		{
			parts: []string{"executor", "planner", "placement"},
			also:  []string{"placement -> planner"},
		},
		{parts: []string{"object/store", "object/peer", "object/bucket", "object/record"}},
		{
			parts: []string{"executor/journal", "executor/runtime", "executor/node"},
			also:  []string{"executor/node -> executor/runtime"},
		},
		{parts: []string{"executor/planning"}},
		{parts: []string{"executor/embedded", "executor/temporal"}},
		{parts: []string{"server", "web"}},
		{parts: []string{"cmd/weft"}},
		{parts: []string{"workflows/excamera/vp8"}}, // a codec, fit to be used alone
		{parts: []string{"workflows/excamera/cmd/excamera"}},
		{parts: []string{"scripts/imports", "scripts/testsum", "web/build"}},
	}
}

// violations returns each import that goes against the order of the layers, and
// each package that is in none of them.
func violations(pkgs []pkg, layers []layer) []string {
	var found []string
	for _, p := range pkgs {
		from, rank := part(p.path, layers)
		if rank < 0 {
			found = append(found, p.path+" is in no layer")
			continue
		}
		for _, path := range p.imports {
			to, below := part(path, layers)
			if to == from || below < rank || slices.Contains(layers[rank].also, from+" -> "+to) {
				continue
			}
			found = append(found, fmt.Sprintf("%s imports %s", p.path, path))
		}
	}
	return found
}

// part returns the part that a package belongs to, which is the longest that
// its path begins with, and the layer of it; -1 if there is none.
func part(path string, layers []layer) (name string, rank int) {
	rank = -1
	for i, l := range layers {
		for _, p := range l.parts {
			if (path == p || strings.HasPrefix(path, p+"/")) && len(p) > len(name) {
				name, rank = p, i
			}
		}
	}
	return name, rank
}
