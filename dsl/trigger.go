package dsl

import (
	"encoding/json"
	"fmt"
	"slices"
)

// A Webhook starts runs on signed requests.
type Webhook struct {
	SecretEnv  string // environment variable of the server that holds the secret; else
	SecretFile string // file on the server that does
	BodyAs     string // input, of type json, that is given the request's body; empty: none
	Inputs     map[string]json.RawMessage
}

func onKeys() []key {
	return []key{
		{name: "schedule", doc: "times at which runs start", form: list(keyed(scheduleKeys()))},
		{name: "webhook", doc: "signed requests that start runs", form: keyed(webhookKeys())},
	}
}

func webhookKeys() []key {
	return []key{
		{name: "secret", doc: "where the server finds what requests are signed with", form: keyed(secretKeys()), required: true},
		{name: "body_as", doc: "the input, of type json, that is given the request's body", form: nameForm()},
		{name: "inputs", doc: "what else each run is given", form: dict(form{kind: formAny})},
	}
}

func secretKeys() []key {
	return []key{
		{name: "env", doc: "an environment variable", form: text()},
		{name: "file", doc: "a file", form: text()},
	}
}

// triggers reads what starts runs by itself.
func (c *compiler) triggers(n *node) {
	seen := map[string]bool{}
	if list := n.get("schedule"); list != nil {
		for _, item := range list.items {
			s := c.schedule(item)
			if s == nil {
				continue
			}
			if seen[s.Key()] {
				c.add(item.pos, s.Cron, "a second schedule of the same times", "leave it out, or change its times")
			}
			seen[s.Key()] = true
			c.program.Schedules = append(c.program.Schedules, *s)
		}
	}
	if hook := n.get("webhook"); hook != nil && hook.kind == mapNode {
		c.program.Webhook = c.webhook(hook)
	}
}

func (c *compiler) webhook(n *node) *Webhook {
	secret := n.get("secret")
	w := &Webhook{SecretEnv: c.text(secret, "env"), SecretFile: c.text(secret, "file")}
	if secret != nil && secret.kind == mapNode && (w.SecretEnv == "") == (w.SecretFile == "") {
		c.add(secret.pos, "", "a secret is in one place", "write env: NAME or file: PATH; never the secret itself")
	}
	w.BodyAs = c.givenInput(n.get("body_as"), KindJSON)
	w.Inputs = c.givenInputs(n, w.BodyAs)
	return w
}

// givenInput checks the name of the input that a trigger gives a value of a
// kind to.
func (c *compiler) givenInput(n *node, kind Kind) string {
	if n == nil || n.kind != scalarNode {
		return ""
	}
	f, ok := fieldNamed(c.program.Inputs, n.text)
	switch {
	case !ok:
		c.add(n.pos, n.text, fmt.Sprintf("the workflow has no input %q", n.text), suggest(n.text, fieldNames(c.program.Inputs)))
	case f.Type.Kind != kind:
		c.add(n.pos, n.text, fmt.Sprintf("input %s is %s", n.text, article(f.Type.String())), "declare it as "+kind.String())
	}
	return n.text
}

// givenInputs checks what a trigger gives to its runs, besides one input that
// it gives at each start.
func (c *compiler) givenInputs(n *node, besides string) map[string]json.RawMessage {
	given := n.get("inputs")
	values := map[string]json.RawMessage{}
	for _, pr := range pairsOf(given) {
		f, ok := fieldNamed(c.program.Inputs, pr.key.text)
		switch {
		case !ok:
			c.add(pr.key.pos, pr.key.text, fmt.Sprintf("the workflow has no input %q", pr.key.text), suggest(pr.key.text, fieldNames(c.program.Inputs)))
		case hasExpressions(pr.value):
			c.add(pr.value.pos, pr.value.text, "an input of a run is a value, not an expression", "")
		case f.Type.HasFiles() || c.constant(pr.value, f.Type):
			values[f.Name] = encodeJSON(literalOf(pr.value, f.Type)) // a file is the id of an object
		}
	}
	needs := slices.DeleteFunc(slices.Clone(c.program.Inputs), func(f Field) bool {
		return f.Default != nil || f.Name == besides || given.get(f.Name) != nil
	})
	for _, f := range needs {
		c.add(n.pos, "", "a run that starts by itself is not given input "+f.Name, "add it under inputs, or give it a default")
	}
	return values
}
