package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A form says what may stand at one place of a workflow file. The walker and
// the JSON Schema are both made from it, so that they cannot drift.
type form struct {
	kind formKind
	keys []key    // of formObject
	of   *form    // of formList and formDict: the items
	any  []form   // of formChoice: at most one for each kind of node
	enum []string // of formText: the only texts
	read func(text string) error
	hint func(text string) string // what would be right, when read refuses
	like string                   // of formText: the regular expression of the schema
	min  float64
	free bool // of formDict: its names are checked by who reads them
}

type formKind uint8

const (
	formAny    formKind = iota // any value
	formText                   // text
	formWord                   // text, a number or a truth value, taken as text
	formBool                   //
	formInt                    //
	formNumber                 //
	formList                   //
	formDict                   // names given by the user
	formObject                 // keys of the language
	formChoice                 //
)

// A key is a key of the language.
type key struct {
	name     string
	doc      string
	form     form
	required bool
	later    bool // it has a meaning, but this version cannot do it yet
}

func list(of form) form          { return form{kind: formList, of: &of} }
func dict(of form) form          { return form{kind: formDict, of: &of} }
func anyNames(of form) form      { return form{kind: formDict, of: &of, free: true} }
func keyed(keys []key) form      { return form{kind: formObject, keys: keys} }
func choice(forms ...form) form  { return form{kind: formChoice, any: forms} }
func text() form                 { return form{kind: formText} }
func enum(values ...string) form { return form{kind: formText, enum: values} }

func durationForm() form {
	return form{
		kind: formWord, hint: say(durationHint), like: `^([0-9.]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$`,
		read: func(s string) error { _, err := parseDuration(s); return err },
	}
}

func sizeForm() form {
	return form{
		kind: formWord, hint: say(sizeHint), like: `^[0-9.]+ ?([kKmMgGtT]i?)?[bB]?$`,
		read: func(s string) error { _, err := parseSize(s); return err },
	}
}

func typeForm() form {
	return form{
		kind: formText, hint: typeHint, like: `^(list<|string|int|float|bool|json|file|dir|\[\]|[>? ])+$`,
		read: func(s string) error { _, err := parseType(s); return err },
	}
}

// check reports where n is not of the form f. What it lets through the readers
// of the tree may rely on.
func (p *problems) check(n *node, f form, name string) {
	switch f.kind {
	case formAny:
	case formChoice:
		p.checkChoice(n, f, name)
	case formList:
		if p.checkKind(n, f, name) {
			for _, item := range n.items {
				p.check(item, *f.of, "an item of "+name)
			}
		}
	case formDict:
		if p.checkKind(n, f, name) {
			for _, pr := range n.pairs {
				if !f.free {
					p.checkName(pr.key, name)
				}
				p.check(pr.value, *f.of, pr.key.text)
			}
		}
	case formObject:
		if p.checkKind(n, f, name) {
			p.checkKeys(n, f.keys, name)
		}
	case formText, formWord, formBool, formInt, formNumber:
		p.checkScalar(n, f, name)
	}
}

// checkKind reports a node of another kind. Nothing at all stands for an empty
// list or mapping.
func (p *problems) checkKind(n *node, f form, name string) bool {
	want := f.nodeKind()
	if n.kind == want {
		return true
	}
	if !n.isNull() {
		p.add(n.pos, n.text, fmt.Sprintf("%s is %s, not a %s", name, describe(n), want), f.instead(n))
	}
	return false
}

// instead says how what stands there would be written as a list or a mapping.
func (f form) instead(n *node) string {
	switch {
	case f.kind == formList && n.kind == scalarNode && f.of.nodeKind() == scalarNode:
		return "write [" + strings.Join(strings.Fields(n.text), ", ") + "]"
	case f.kind == formList && n.kind == mapNode && f.of.nodeKind() == mapNode:
		return "write [{ ... }]"
	case f.kind == formDict && f.of.nodeKind() == mapNode:
		return "write { NAME: { ... } }"
	case f.kind == formDict:
		return "write { NAME: VALUE }"
	case f.kind == formObject && slices.Contains(f.names(), "run"):
		return "write { run: SCRIPT }, or other keys"
	case f.kind == formObject:
		return "write { KEY: VALUE }; the keys are " + strings.TrimPrefix(oneOf(f.names()), "one of ")
	}
	return ""
}

// names are the keys that can be used.
func (f form) names() []string {
	var names []string
	for _, k := range f.keys {
		if !k.later {
			names = append(names, k.name)
		}
	}
	return names
}

func (p *problems) checkChoice(n *node, f form, name string) {
	var wants []string
	for _, option := range f.any {
		if option.nodeKind() == n.kind {
			p.check(n, option, name)
			return
		}
		wants = append(wants, "a "+option.nodeKind().String())
	}
	if n.isNull() {
		return
	}
	p.add(n.pos, n.text, fmt.Sprintf("%s is %s, not %s", name, describe(n), strings.Join(wants, " or ")), "")
}

func (f form) nodeKind() nodeKind {
	switch f.kind {
	case formList:
		return listNode
	case formDict, formObject:
		return mapNode
	case formAny, formText, formWord, formBool, formInt, formNumber, formChoice:
	}
	return scalarNode
}

func (p *problems) checkKeys(n *node, keys []key, name string) {
	names := keyed(keys).names()
	for _, k := range keys {
		if k.required && n.get(k.name) == nil {
			p.add(n.pos, "", fmt.Sprintf("%s has no %s", name, k.name), "add "+k.name+": "+k.doc)
		}
	}
	for _, pr := range n.pairs {
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == pr.key.text })
		switch {
		case i < 0:
			p.add(pr.key.pos, pr.key.text, fmt.Sprintf("unknown key %q in %s", pr.key.text, name), suggest(pr.key.text, names))
		case keys[i].name == "switch" && !hasDefault(pr.value):
			p.add(pr.key.pos, "switch", "switch has no default", "add - default: STEP as its last branch")
		case keys[i].later:
			p.add(pr.key.pos, pr.key.text, fmt.Sprintf("%s is not supported yet", pr.key.text), keys[i].doc)
		default:
			p.check(pr.value, keys[i].form, pr.key.text)
		}
	}
}

// hasDefault reports whether a switch says what happens when no branch fits.
func hasDefault(n *node) bool {
	return slices.ContainsFunc(n.items, func(item *node) bool { return item.get("default") != nil })
}

func (p *problems) checkScalar(n *node, f form, name string) {
	want := map[formKind]string{formText: "text", formWord: "text or a number", formBool: "true or false", formInt: "a whole number", formNumber: "a number"}[f.kind]
	if n.kind != scalarNode || n.tag == "!!null" || !f.takes(n) {
		hint := ""
		if f.kind == formText && n.kind == scalarNode && n.tag != "!!null" {
			hint = fmt.Sprintf("write %q", n.text)
		}
		p.add(n.pos, n.text, fmt.Sprintf("%s is %s, not %s", name, describe(n), want), hint)
		return
	}
	if len(f.enum) > 0 && !slices.Contains(f.enum, n.text) {
		p.add(n.pos, n.text, fmt.Sprintf("%s cannot be %q", name, n.text), suggest(n.text, f.enum))
		return
	}
	if f.read != nil {
		if err := f.read(n.text); err != nil {
			p.add(n.pos, n.text, fmt.Sprintf("%s: %s", name, err), f.hint(n.text))
		}
	}
	if f.kind == formInt || f.kind == formNumber {
		if v, err := strconv.ParseFloat(n.text, 64); err == nil && v < f.min {
			p.add(n.pos, n.text, fmt.Sprintf("%s is %s", name, n.text), fmt.Sprintf("at least %g", f.min))
		}
	}
}

// say is a hint that is the same for every text.
func say(hint string) func(string) string { return func(string) string { return hint } }

// takes reports whether a scalar that is not null is of the kind.
func (f form) takes(n *node) bool {
	switch f.kind {
	case formText:
		return n.tag == "!!str"
	case formBool:
		return n.tag == "!!bool"
	case formInt:
		_, err := strconv.ParseInt(n.text, 10, 32)
		return n.tag == "!!int" && err == nil
	case formNumber:
		_, err := strconv.ParseFloat(n.text, 64)
		return (n.tag == "!!int" || n.tag == "!!float") && err == nil
	case formAny, formWord, formList, formDict, formObject, formChoice:
	}
	return true
}

// describe says what a node is, for "x is ..., not ...".
func describe(n *node) string {
	if n.kind != scalarNode {
		return "a " + n.kind.String()
	}
	switch n.tag {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "the number " + n.text
	case "!!bool":
		return "the truth value " + n.text
	case "!!str":
		return "text"
	}
	return "a value of type " + n.tag
}
