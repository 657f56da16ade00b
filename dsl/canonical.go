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

// digest names what the function computes.
func (f Function) digest() string { return digest(f.Canonical()) }

// Canonical returns what decides what the function computes: its body, its
// inputs and outputs. What it occupies, how often it is retried and where it
// stands are left out.
func (f Function) Canonical() []byte { return encodeJSON(f.form()) }

func (f Function) form() functionForm {
	fields := func(fs []Field) []declaredField {
		var out []declaredField
		for _, x := range fs {
			out = append(out, declaredField{x.Name, x.Type.String(), x.Path, string(x.Default)})
		}
		return out
	}
	form := functionForm{Shell: f.Shell, Builtin: f.Builtin, Inputs: fields(f.Inputs), Outputs: fields(f.Outputs)}
	for _, t := range f.Exec {
		form.Exec = append(form.Exec, t.canonical())
	}
	for _, v := range f.Env {
		form.Env = append(form.Env, v.Name+"="+v.Value.canonical())
	}
	if f.Run != nil {
		form.Run = f.Run.canonical()
	}
	if f.Workflow != nil {
		form.Workflow = f.Workflow.Program.Version
	}
	return form
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
