package dsl

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// canonical returns a value of the file without what does not matter: order of
// keys, style and comments.
func canonical(n *node) []byte { return encodeJSON(literalOf(n, Type{})) }

// digest names a text by its content.
func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// digest names what the function computes: its body, its inputs and outputs.
// What it occupies, how often it is retried and where it stands are left out.
func (f Function) digest() string {
	type field struct {
		Name, Type, Path string
		Default          string
	}
	fields := func(fs []Field) []field {
		var out []field
		for _, x := range fs {
			out = append(out, field{x.Name, x.Type.String(), x.Path, string(x.Default)})
		}
		return out
	}
	var exec, env []string
	for _, t := range f.Exec {
		exec = append(exec, t.canonical())
	}
	for _, v := range f.Env {
		env = append(env, v.Name+"="+v.Value.canonical())
	}
	run := ""
	if f.Run != nil {
		run = f.Run.canonical()
	}
	workflow := ""
	if f.Workflow != nil {
		workflow = f.Workflow.Program.Version
	}
	return digest(encodeJSON(struct {
		Exec            []string
		Run             string
		Shell           []string
		Builtin         string
		Inputs, Outputs []field
		Env             []string
		Workflow        string `json:",omitempty"` // its version
	}{exec, run, f.Shell, f.Builtin, fields(f.Inputs), fields(f.Outputs), env, workflow}))
}

// canonical writes a template with the names that its expressions have in the
// function, whatever they were hoisted from.
func (t Template) canonical() string {
	var s strings.Builder
	for _, p := range t.parts {
		switch {
		case p.expr == nil:
			s.WriteString(p.text)
		case p.expr.input != "":
			s.WriteString("\x00inputs." + p.expr.input + "\x00")
		case p.expr.output != "":
			s.WriteString("\x00outputs." + p.expr.output + "\x00")
		default:
			s.WriteString("\x00" + p.expr.src + "\x00")
		}
	}
	return s.String()
}
