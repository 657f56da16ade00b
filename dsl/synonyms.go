package dsl

import "strings"

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
