package dsl

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// script reads a shell script. Its expressions become variables, so the shell
// never takes their values for code; where that cannot be had, it is an error.
func (s *templateScope) script(n *node) Template {
	t := s.template(n)
	var b strings.Builder
	places := map[string]*placement{}
	parts := 0
	pieces, _ := scan(n.text)
	for i, p := range t.parts {
		if p.expr == nil {
			b.WriteString(p.text)
			continue
		}
		parts++
		m := marker(parts)
		places[m] = &placement{part: i, offset: pieces[i].offset}
		b.WriteString(m)
	}
	if !isShell(s.function.Shell) {
		if parts > 0 {
			s.c.add(n.pos, "", fmt.Sprintf("expressions in a script of %s", s.function.Shell[0]), "they can be quoted for bash and sh alone: read $WEFT_INPUT, or use env")
		}
		return t
	}
	file, err := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(b.String()), "")
	if err != nil {
		s.scriptError(n, b.String(), places, err)
		return t
	}
	look := &scriptReader{s: s, node: n, template: &t, places: places}
	look.read(file)
	return t
}

// A placement is an expression in a script.
type placement struct {
	part   int // of the template
	offset int // in the scalar
	found  bool
}

// marker is what stands for an expression while the script is parsed: part of
// a word, whatever is around it.
func marker(i int) string { return fmt.Sprintf("__weft_%d__", i) }

func isShell(argv []string) bool {
	return len(argv) == 0 || slices.Contains([]string{"bash", "sh", "dash", "zsh", "ksh"}, path.Base(argv[0]))
}

// scriptError reports a script that bash would not take.
func (s *templateScope) scriptError(n *node, text string, places map[string]*placement, err error) {
	msg, pos := err.Error(), n.pos
	if pe, ok := errors.AsType[syntax.ParseError](err); ok {
		msg = pe.Text
		before := text[:min(int(pe.Pos.Offset()), len(text))]
		pos = s.c.source.at(n, scalarOffset(n.text, before))
	}
	for _, m := range slices.Sorted(maps.Keys(places)) {
		msg = strings.ReplaceAll(msg, m, "${{ }}")
	}
	s.c.add(pos, "", "not a shell script: "+msg, "")
}

// scalarOffset returns where in a scalar the text ends of which before is the
// script with markers: each marker stands for an expression.
func scalarOffset(scalar, before string) int {
	pieces, _ := scan(scalar)
	offset := 0
	for _, p := range pieces {
		if p.isExpr {
			_, rest, ok := strings.Cut(before, "__weft_")
			if !ok {
				break
			}
			_, before, _ = strings.Cut(rest, "__")
			offset = p.offset + len(p.text) + len("}}")
			continue
		}
		if i := strings.Index(before, "__weft_"); i >= 0 {
			before = before[i:]
			continue
		}
		if offset < p.offset {
			offset = p.offset
		}
		break
	}
	if !strings.Contains(before, "__weft_") {
		offset += len(before)
	}
	return min(offset, len(scalar))
}

// A scriptReader finds out where in a script the expressions stand.
type scriptReader struct {
	s        *templateScope
	node     *node
	template *Template
	places   map[string]*placement
}

func (r *scriptReader) read(file *syntax.File) {
	syntax.Walk(file, func(x syntax.Node) bool { return r.visit(x) })
	for i := range len(r.places) {
		if p := r.places[marker(i+1)]; !p.found {
			r.refuse(p, "an expression cannot stand here in a script", "put its value into a variable first: x=${{ ... }}")
		}
	}
}

func (r *scriptReader) visit(x syntax.Node) bool {
	switch x := x.(type) {
	case *syntax.Comment:
		r.set(x.Text, quoted)
	case *syntax.Word:
		r.word(x)
	case *syntax.DblQuoted:
		for _, part := range x.Parts {
			if lit, ok := part.(*syntax.Lit); ok {
				r.set(lit.Value, quoted)
			}
		}
	case *syntax.SglQuoted:
		r.each(x.Value, func(p *placement) {
			r.refuse(p, "an expression inside single quotes", "use double quotes")
		})
	case *syntax.Redirect:
		r.hereDocument(x)
	case *syntax.CallExpr:
		r.call(x)
	case *syntax.ArithmExp:
		r.arithmetic(x.X)
	case *syntax.ArithmCmd:
		r.arithmetic(x.X)
	}
	return true
}

// word sets the expressions that stand bare in a word.
func (r *scriptReader) word(w *syntax.Word) {
	for _, part := range w.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			continue
		}
		if p := r.places[lit.Value]; p != nil && len(w.Parts) == 1 {
			r.put(p, wholeBare)
			continue
		}
		r.set(lit.Value, bare)
	}
}

// arithmetic takes numbers alone: bash would run code in anything else.
func (r *scriptReader) arithmetic(x syntax.ArithmExpr) {
	if x == nil {
		return
	}
	syntax.Walk(x, func(n syntax.Node) bool {
		if lit, ok := n.(*syntax.Lit); ok {
			r.each(lit.Value, func(p *placement) {
				if k := r.template.parts[p.part].expr.shape.Kind; k != KindInt && !p.found {
					r.refuse(p, "an expression in arithmetic that is no int", "convert it: int(...)")
				}
				r.put(p, arithmetic)
			})
		}
		return true
	})
}

func (r *scriptReader) hereDocument(x *syntax.Redirect) {
	if x.Hdoc == nil {
		return
	}
	isQuoted := slices.ContainsFunc(x.Word.Parts, func(p syntax.WordPart) bool {
		lit, ok := p.(*syntax.Lit)
		return !ok || strings.Contains(lit.Value, `\`)
	})
	for _, part := range x.Hdoc.Parts {
		lit, ok := part.(*syntax.Lit)
		if !ok {
			continue
		}
		r.each(lit.Value, func(p *placement) {
			if isQuoted {
				r.refuse(p, "an expression inside a quoted here-document", "leave the quotes of its delimiter out")
			}
			r.put(p, quoted)
		})
	}
}

// call refuses expressions that the shell would run as code.
func (r *scriptReader) call(x *syntax.CallExpr) {
	for i, w := range x.Args {
		name := path.Base(w.Lit())
		switch {
		case i == 0 && (name == "eval" || name == "trap"):
			r.refuseCode(x.Args[1:], name)
		case isInterpreter(name):
			for j := i + 1; j+1 < len(x.Args); j++ {
				if isCodeFlag(name, x.Args[j].Lit()) {
					r.refuseCode(x.Args[j+1:j+2], name+" "+x.Args[j].Lit())
				}
			}
		}
	}
}

func isInterpreter(name string) bool {
	return slices.Contains([]string{"bash", "sh", "dash", "zsh", "ksh", "python", "python3", "perl", "ruby", "node"}, name)
}

func isCodeFlag(interpreter, flag string) bool {
	letter := "c"
	if interpreter == "perl" || interpreter == "ruby" || interpreter == "node" {
		letter = "e"
	}
	return strings.HasPrefix(flag, "-") && !strings.HasPrefix(flag, "--") && strings.HasSuffix(flag, letter)
}

func (r *scriptReader) refuseCode(args []*syntax.Word, what string) {
	for _, w := range args {
		syntax.Walk(w, func(n syntax.Node) bool {
			if lit, ok := n.(*syntax.Lit); ok {
				r.each(lit.Value, func(p *placement) {
					r.refuse(p, "an expression as code for "+what, "give the value as an argument, or by env")
				})
			}
			return true
		})
	}
}

// each calls f for every expression whose marker stands in text.
func (r *scriptReader) each(text string, f func(*placement)) {
	if !strings.Contains(text, "__weft_") {
		return
	}
	for _, m := range regexp.MustCompile(`__weft_\d+__`).FindAllString(text, -1) {
		if p := r.places[m]; p != nil {
			f(p)
		}
	}
}

func (r *scriptReader) set(text string, q quoting) {
	r.each(text, func(p *placement) { r.put(p, q) })
}

// put says where an expression stands; the first to say so is right.
func (r *scriptReader) put(p *placement, q quoting) {
	if p.found {
		return
	}
	p.found = true
	part := &r.template.parts[p.part]
	part.place = q
	if part.expr.shape.Kind == KindList && q != wholeBare {
		r.refuse(p, "a list inside a word of a script", "let it stand alone and without quotes, which gives a word for each item, or read $WEFT_INPUT")
	}
}

func (r *scriptReader) refuse(p *placement, msg, hint string) {
	p.found = true
	pieces, _ := scan(r.node.text)
	pl := place{r.s.c, r.node, pieces[p.part]}
	r.s.c.add(pl.start(), strings.TrimSpace(pl.at.text), msg, hint)
}
