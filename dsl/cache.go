package dsl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Cache lets a task take what the same function once made of the same inputs,
// instead of running it.
type Cache struct {
	For time.Duration // how old a result may be; 0: as old as it is

	// Version stands for what the function's text does not say, such as the
	// version of a program that it calls. Results of another one are not reused.
	Version string
}

func cacheKeys() []key {
	return []key{
		{name: "for", doc: "how old a result may be", form: durationForm()},
		{name: "version", doc: "what the function's text does not say: another version does not reuse its results", form: form{kind: formWord}},
	}
}

// cache reads whether a function's results are reused. Only those of a pure one
// may be: of any other the effects would be missing.
func (c *compiler) cache(f *Function, n *node) {
	at := n.get("cache")
	switch {
	case at == nil:
	case at.kind == scalarNode && strings.EqualFold(at.text, "false"):
		f.Cache = nil
	default:
		f.Cache = &Cache{For: c.duration(at, "for"), Version: c.text(at, "version")}
	}
	if at == nil {
		at = n.get("pure")
	}
	if f.Cache != nil && !f.Pure && at != nil && n.get("workflow") == nil && f.Workflow == nil {
		c.add(at.pos, "cache", fmt.Sprintf("function %s is not pure, so its effects would be missing when its results are reused", f.Name),
			"add pure: true if it has no effect but its outputs, else take cache out")
	}
}

// A functionForm is all of a function that decides what it computes.
type functionForm struct {
	Exec            []string
	Run             string
	Shell           []string
	Builtin         string
	Inputs, Outputs []declaredField
	Env             []string
	Workflow        string `json:",omitempty"` // its version
}

type declaredField struct{ Name, Type, Path, Default string }

// ChangeOf says what of a function was another in the canonical form was, or
// nothing if it computes the same.
func (f Function) ChangeOf(was []byte) string {
	var a functionForm
	if err := json.Unmarshal(was, &a); err != nil {
		return "it was written by another weft"
	}
	b := f.form()
	if text := listChange("exec", a.Exec, b.Exec); text != "" {
		return text
	}
	if text := listChange("run: line ", linesOf(a.Run), linesOf(b.Run)); text != "" {
		return text
	}
	if text := listChange("env", a.Env, b.Env); text != "" {
		return text
	}
	if text := listChange("shell", a.Shell, b.Shell); text != "" {
		return text
	}
	switch {
	case a.Workflow != b.Workflow:
		return "its workflow"
	case a.Builtin != b.Builtin:
		return "builtin was " + shown(a.Builtin) + ", is " + shown(b.Builtin)
	case !slices.Equal(a.Inputs, b.Inputs):
		return "its declared inputs"
	case !slices.Equal(a.Outputs, b.Outputs):
		return "its declared outputs"
	}
	return ""
}

// listChange names the first element that differs: exec[3] counts from 0, a line
// from 1.
func listChange(name string, was, is []string) string {
	at := func(list []string, i int) string {
		if i < len(list) {
			return shown(list[i])
		}
		return "not there"
	}
	for i := range max(len(was), len(is)) {
		if i < len(was) && i < len(is) && was[i] == is[i] {
			continue
		}
		place := name + "[" + strconv.Itoa(i) + "]"
		if strings.HasSuffix(name, " ") {
			place = name + strconv.Itoa(i+1)
		}
		return place + " was " + at(was, i) + ", is " + at(is, i)
	}
	return ""
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// shown is a part of a canonical form as it stands in the file, if that is not
// too long.
func shown(text string) string {
	const most = 80
	var b strings.Builder
	for i, part := range strings.Split(text, "\x00") {
		if i%2 == 1 {
			part = "${{ " + part + " }}"
		}
		b.WriteString(part)
	}
	if all := []rune(b.String()); len(all) > most {
		return strconv.Quote(string(all[:most])) + "..."
	}
	return strconv.Quote(b.String())
}
