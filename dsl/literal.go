package dsl

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// constant checks that a YAML value without expressions is of a type.
func (c *compiler) constant(n *node, want Type) bool {
	if n.isNull() {
		if !want.Nullable && want.Kind != KindJSON {
			c.add(n.pos, n.text, fmt.Sprintf("want %s, have nothing", want), "give a value, or declare the type as \""+want.String()+"?\"")
			return false
		}
		return true
	}
	if want.Kind == KindList {
		if n.kind != listNode {
			c.add(n.pos, n.text, fmt.Sprintf("want %s, have %s", want, describe(n)), "write a list: [...]")
			return false
		}
		ok := true
		for _, item := range n.items {
			ok = c.constant(item, *want.Elem) && ok
		}
		return ok
	}
	if problem, hint := scalarMismatch(n, want); problem {
		c.add(n.pos, n.text, fmt.Sprintf("want %s, have %s", want, describe(n)), hint)
		return false
	}
	return true
}

func scalarMismatch(n *node, want Type) (problem bool, hint string) {
	_, isNumber := number(n)
	switch want.Kind {
	case KindString:
		if n.kind == scalarNode && n.tag != "!!str" {
			return n.tag != "!!timestamp", fmt.Sprintf("put it in quotes: %q", n.text)
		}
		return n.kind != scalarNode, ""
	case KindInt:
		_, err := strconv.ParseInt(n.text, 0, 64)
		return n.tag != "!!int" || err != nil, "a whole number without quotes"
	case KindFloat:
		return !isNumber, "a number without quotes"
	case KindBool:
		return n.tag != "!!bool", "true or false without quotes"
	case KindFile, KindDir:
		return true, "a file comes from an input or a step: ${{ inputs.x }}"
	case KindJSON, KindList:
	}
	return false, ""
}

// literalOf returns a YAML value as what encoding/json would decode.
func literalOf(n *node, want Type) any {
	switch n.kind {
	case listNode:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = literalOf(item, elemType(want))
		}
		return items
	case mapNode:
		m := make(map[string]any, len(n.pairs))
		for _, p := range n.pairs {
			m[p.key.text] = literalOf(p.value, Type{})
		}
		return m
	case scalarNode:
	}
	switch num, isNumber := number(n); {
	case n.isNull():
		return nil
	case want.Kind == KindString:
		return n.text
	case n.tag == "!!bool":
		return strings.EqualFold(n.text, "true")
	case isNumber:
		return num
	}
	return n.text
}

// number returns a YAML number as JSON writes it.
func number(n *node) (json.Number, bool) {
	if n.kind != scalarNode {
		return "", false
	}
	switch n.tag {
	case "!!int":
		var i int64
		if err := scalarYAML(n).Decode(&i); err == nil {
			return json.Number(strconv.FormatInt(i, 10)), true
		}
	case "!!float":
		var f float64
		if err := scalarYAML(n).Decode(&f); err == nil && !math.IsInf(f, 0) && !math.IsNaN(f) {
			return json.Number(encodeJSON(f)), true
		}
	}
	return "", false
}

func scalarYAML(n *node) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: n.tag, Value: n.text}
}
