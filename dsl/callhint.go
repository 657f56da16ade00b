package dsl

import (
	"fmt"
	"slices"
	"strings"
)

// inOtherLanguages says what a function of another language is called here:
// letters are compared in lower case, and without underscores.
func inOtherLanguages(name string) string {
	const pure = "an expression gives the same whenever it is evaluated: "
	return map[string]string{
		"len": "size(x)", "length": "size(x)", "count": "size(x)",
		"lower": "text.lowerAscii()", "tolower": "text.lowerAscii()", "tolowercase": "text.lowerAscii()", "downcase": "text.lowerAscii()",
		"upper": "text.upperAscii()", "toupper": "text.upperAscii()", "touppercase": "text.upperAscii()", "upcase": "text.upperAscii()",
		"strip": "text.trim()", "includes": "text.contains(part)", "gsub": "regex.replace(text, pattern, with)",
		"str": "string(x)", "tostring": "string(x)", "float": "double(x)", "number": "double(x)", "toint": "int(x)",
		"fromjson": "json(text)", "parsejson": "json(text)", "jsondecode": "json(text)",
		"jsonencode": "to_json(x)", "dumps": "to_json(x)",
		"abs": "math.abs(x)", "ceil": "math.ceil(x)", "floor": "math.floor(x)", "round": "math.round(x)",
		"sqrt": "math.sqrt(x)", "trunc": "math.trunc(x)",
		"unique": "list.distinct()", "uniq": "list.distinct()", "sorted": "list.sort()", "concat": "a + b",
		"avg": "sum(list) / size(list)", "average": "sum(list) / size(list)", "mean": "sum(list) / size(list)",
		"any": "list.exists(x, ...)", "some": "list.exists(x, ...)", "every": "list.all(x, ...)", "reduce": "sum(list), min(list), max(list)",
		"filename": "basename(path)", "suffix": "extension(path)", "coalesce": "x.orValue(other)", "default": "x.orValue(other)",
		"success": "succeeded()", "failure": "failed()", "finished": "always()",
		"now": pure + "run.started_at is when the run began", "today": pure + "run.started_at is when the run began",
		"random": pure + "draw it in a function", "rand": pure + "draw it in a function", "uuid": pure + "run.id names the run",
		"env": "an input of the workflow can say it", "getenv": "an input of the workflow can say it",
		"readfile": "the text of a file is read in a function", "open": "the text of a file is read in a function",
	}[strings.ToLower(strings.ReplaceAll(name, "_", ""))]
}

// undeclared says what a name could have been that nobody knows.
func undeclared(name string, called bool, env *stepEnv) (msg, hint string) {
	msg = fmt.Sprintf("unknown name %q", name)
	switch {
	case called:
		msg, hint = fmt.Sprintf("unknown function %q", name), inOtherLanguages(name)
		if hint == "" {
			hint = nearFunction(name, functionNames(env.cel))
		}
		return msg, hint
	case slices.Contains([]string{"math", "regex", "optional"}, name):
		return "", "" // of math.x, where x is reported
	case name == visitVar:
		return "visit is not known here", "a step with repeat knows which visit it is"
	case name == "outputs":
		return "outputs is not known here", "in the body of a function outputs.NAME is where to write an output; of a step it is steps.NAME.outputs"
	case name == "secrets":
		return name + " is not supported yet", "a script can read a file that the node has, such as $(cat /run/secrets/token)"
	case name == "error":
		return "there is no error here", "a step that a catch names has one, and those under on_failure and finally"
	}
	return msg, suggest(name, env.names())
}

// nearFunction suggests a function, also one of a namespace: math.floor of flor.
func nearFunction(name string, functions []string) string {
	if near := nearest(name, functions); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	for _, f := range functions {
		if _, last, ok := strings.Cut(f, "."); ok && nearest(name, []string{last}) != "" {
			return fmt.Sprintf("did you mean %q?", f)
		}
	}
	return "docs/expressions.md has them all"
}

// callHint says how a function is called that was called otherwise.
func callHint(name string, asMethod bool, env *stepEnv) string {
	f := env.cel.Functions()[name]
	switch {
	case name == "min" || name == "max":
		return name + " is of a list, " + name + "(list); of single numbers " + map[string]string{"min": "math.least", "max": "math.greatest"}[name] + "(a, b)"
	case f != nil && asMethod && !f.OverloadDecls()[0].IsMemberFunction():
		return fmt.Sprintf("write %s(x)", name)
	case f != nil && !asMethod && f.OverloadDecls()[0].IsMemberFunction():
		return fmt.Sprintf("write x.%s()", name)
	}
	return "convert with string(), int() or double(), or use another function"
}
