package dsl

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// MaxFileSize is the most bytes that a workflow file may have.
const MaxFileSize = 1 << 20

// The other limits of a workflow file. A file beyond them is refused before
// anything else is done with it.
const (
	maxDepth   = 100     // mappings and lists inside each other
	maxNodes   = 200_000 // aliases expanded
	maxAliased = 10_000  // nodes that stand there only because an alias repeats them
)

// A nodeKind says what a node of the file is.
type nodeKind uint8

const (
	scalarNode nodeKind = iota
	listNode
	mapNode
)

func (k nodeKind) String() string {
	return [...]string{"scalar", "list", "mapping"}[k]
}

// A node is one value of the file, aliases expanded and duplicate keys refused.
type node struct {
	kind  nodeKind
	tag   string // of a scalar: !!str, !!int, !!float, !!bool, !!null
	text  string // of a scalar
	style yaml.Style
	pos   Pos
	pairs []pair  // of a mapping, in the order of the file
	items []*node // of a list
}

type pair struct {
	key   *node
	value *node
}

// get returns the value of a key of a mapping, nil when it is absent or n is
// no mapping. A nil n has no keys.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, p := range n.pairs {
		if p.key.text == key {
			return p.value
		}
	}
	return nil
}

func (n *node) isNull() bool { return n.kind == scalarNode && n.tag == "!!null" }

// A treeBuilder turns yaml's nodes into ours within the limits.
type treeBuilder struct {
	p       *problems
	nodes   int
	aliased int
	inAlias int                 // depth of aliases that are being expanded
	open    map[*yaml.Node]bool // anchors that are being expanded
	stopped bool                // a limit was reached: nothing more is reported
}

// parseTree reads the one document of a file. It returns nil when the file is
// not worth checking further.
func parseTree(src []byte, p *problems) *node {
	if len(src) > MaxFileSize {
		p.add(Pos{1, 1}, "", "the file is too big",
			"a workflow has at most 1 MiB; keep data in files and give them as inputs")
		return nil
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		p.addYAML(err)
		return nil
	}
	var second yaml.Node
	if err := dec.Decode(&second); err == nil {
		p.add(yamlPos(&second), "", "a second document", "one file is one workflow")
		return nil
	} else if !errors.Is(err, io.EOF) {
		p.addYAML(err)
		return nil
	}
	b := &treeBuilder{p: p, open: map[*yaml.Node]bool{}}
	root := b.build(&doc, 0)
	if b.stopped {
		return nil
	}
	return root
}

func (b *treeBuilder) stop(at *yaml.Node, msg, hint string) *node {
	if !b.stopped {
		b.p.add(yamlPos(at), "", msg, hint)
	}
	b.stopped = true
	return &node{pos: yamlPos(at), tag: "!!null"}
}

func (b *treeBuilder) build(y *yaml.Node, depth int) *node {
	b.nodes++
	if b.inAlias > 0 {
		b.aliased++
	}
	switch {
	case b.stopped:
		return &node{pos: yamlPos(y), tag: "!!null"}
	case depth > maxDepth:
		return b.stop(y, fmt.Sprintf("more than %d levels deep", maxDepth), "flatten it")
	case b.nodes > maxNodes:
		return b.stop(y, fmt.Sprintf("more than %d values in the file", maxNodes), "keep data in files and give them as inputs")
	case b.aliased > maxAliased:
		return b.stop(y, fmt.Sprintf("aliases repeat more than %d values", maxAliased), "write the values out, or use a function several times")
	}
	switch y.Kind {
	case yaml.DocumentNode:
		return b.build(y.Content[0], depth)
	case yaml.AliasNode:
		return b.alias(y, depth)
	case yaml.SequenceNode:
		n := &node{kind: listNode, pos: yamlPos(y)}
		for _, item := range y.Content {
			n.items = append(n.items, b.build(item, depth+1))
		}
		return n
	case yaml.MappingNode:
		return b.mapping(y, depth)
	default:
		return &node{tag: y.ShortTag(), text: y.Value, style: y.Style, pos: yamlPos(y)}
	}
}

func (b *treeBuilder) alias(y *yaml.Node, depth int) *node {
	if b.open[y.Alias] {
		return b.stop(y, fmt.Sprintf("alias *%s stands inside its own anchor", y.Value), "write the value out")
	}
	b.open[y.Alias] = true
	b.inAlias++
	n := b.build(y.Alias, depth+1)
	b.inAlias--
	delete(b.open, y.Alias)
	return n
}

func (b *treeBuilder) mapping(y *yaml.Node, depth int) *node {
	n := &node{kind: mapNode, pos: yamlPos(y)}
	seen := map[string]Pos{}
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := b.build(y.Content[i], depth+1)
		value := b.build(y.Content[i+1], depth+1)
		if b.stopped {
			return n
		}
		switch {
		case key.kind != scalarNode:
			b.p.add(key.pos, "", "a "+key.kind.String()+" as a key", "a key is a name")
		case key.tag == "!!merge":
			b.p.add(key.pos, "<<", "merge keys are not supported", "write the keys out")
		case seen[key.text] != Pos{}:
			b.p.add(key.pos, key.text, fmt.Sprintf("duplicate key %q", key.text),
				fmt.Sprintf("it stands already in line %d; keep one", seen[key.text].Line))
		default:
			seen[key.text] = key.pos
			n.pairs = append(n.pairs, pair{key, value})
		}
	}
	return n
}

func yamlPos(y *yaml.Node) Pos { return Pos{max(y.Line, 1), max(y.Column, 1)} }

// addYAML reports an error of the YAML parser, which says the line alone.
func (p *problems) addYAML(err error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	if errors.Is(err, io.EOF) {
		p.add(Pos{1, 1}, "", "the file is empty", "a workflow has at least name and steps")
		return
	}
	line := 1
	if m := regexp.MustCompile(`^(?:unmarshal errors:\s*)?line (\d+): `).FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = msg[len(m[0]):]
	}
	p.add(Pos{line, 1}, "", "not YAML: "+msg, "look at indentation, quotes and colons here and in the line above")
}
