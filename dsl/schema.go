package dsl

import (
	"encoding/json"
)

// Schema returns the JSON Schema (draft 2020-12) of the language, for editors
// that complete and check workflow files. Keys that are not supported yet are
// not in it.
func Schema() []byte { return schemaText("Weft workflow", workflowKeys()) }

// TestSchema returns the JSON Schema of test files, as Schema does.
func TestSchema() []byte { return schemaText("Tests of a Weft workflow", testFileKeys()) }

func schemaText(title string, keys []key) []byte {
	s := keyed(keys).schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = title
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return []byte("{}") // maps of strings, numbers and maps do not fail
	}
	return append(text, '\n')
}

// schema says in JSON Schema what the form takes.
func (f form) schema() map[string]any {
	switch f.kind {
	case formText:
		return f.textSchema("string")
	case formWord:
		return f.textSchema("string", "number", "boolean")
	case formBool:
		return map[string]any{"type": "boolean"}
	case formInt:
		return map[string]any{"type": "integer", "minimum": f.min}
	case formNumber:
		return map[string]any{"type": "number", "minimum": f.min}
	case formList:
		return map[string]any{"type": "array", "items": f.of.schema()}
	case formDict:
		s := map[string]any{"type": "object", "additionalProperties": f.of.schema()}
		if !f.free {
			s["propertyNames"] = map[string]any{"pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": maxName}
		}
		return s
	case formObject:
		return f.objectSchema()
	case formChoice:
		var options []any
		for _, option := range f.any {
			options = append(options, option.schema())
		}
		return map[string]any{"anyOf": options}
	case formAny:
	}
	return map[string]any{}
}

func (f form) textSchema(types ...string) map[string]any {
	s := map[string]any{"type": types}
	if len(types) == 1 {
		s["type"] = types[0]
	}
	if len(f.enum) > 0 {
		values := make([]any, 0, len(f.enum))
		for _, v := range f.enum {
			values = append(values, v)
			if number := json.Number(v); f.kind == formWord && json.Valid([]byte(v)) {
				values = append(values, number)
			}
		}
		return map[string]any{"enum": values}
	}
	if f.like != "" {
		s["pattern"] = f.like
	}
	return s
}

func (f form) objectSchema() map[string]any {
	properties := map[string]any{}
	var required []string
	for _, k := range f.keys {
		if k.later {
			continue
		}
		p := k.form.schema()
		p["description"] = k.doc
		properties[k.name] = p
		if k.required {
			required = append(required, k.name)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		s["required"] = required
	}
	return s
}
