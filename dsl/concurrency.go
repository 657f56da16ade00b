package dsl

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"example.org/weft/object"
)

// Concurrency limits how many runs go on at a time.
type Concurrency struct {
	Limit      int    // runs of a group that go on at a time
	OnConflict string // queue, reject or cancel_running

	group *Expr // over the inputs; nil: all runs of the workflow are one group
}

// What a run does that meets Limit others.
const (
	Queue         = "queue"
	Reject        = "reject"
	CancelRunning = "cancel_running"
)

func concurrencyKeys() []key {
	return []key{
		{name: "group", doc: "which runs count together, an expression over the inputs (all runs of the workflow)", form: form{kind: formWord}},
		{name: "limit", doc: "how many of them go on at a time (1)", form: form{kind: formInt, min: 1}},
		{name: "on_conflict", doc: "what one does that meets so many (queue)", form: enum(Queue, Reject, CancelRunning)},
	}
}

// concurrency reads how many runs go on at a time.
func (c *compiler) concurrency(n *node) *Concurrency {
	if n == nil || n.kind != mapNode {
		return nil
	}
	k := &Concurrency{Limit: 1, OnConflict: Queue}
	if v := c.scalar(n, "limit"); v != nil {
		k.Limit, _ = strconv.Atoi(v.text)
	}
	if text := c.text(n, "on_conflict"); text != "" {
		k.OnConflict = text
	}
	if v := c.scalar(n, "group"); v != nil {
		k.group = c.overInputs(v, Type{Kind: KindString})
	}
	return k
}

// overInputs checks a value that is known before a run begins.
func (c *compiler) overInputs(n *node, want Type) *Expr {
	base, err := c.baseEnv()
	if err != nil {
		return nil // reported by enterScope
	}
	env, err := newStepEnv(base, c.program.Inputs, nil)
	if err != nil {
		return nil
	}
	if n.tag == "!!int" && want.Kind == KindString {
		n = &node{tag: "!!str", text: n.text, pos: n.pos}
	}
	e, k := c.bind(n, want, env)
	if k != nil && k.onStatus {
		c.add(n.pos, n.text, "a status function before the run begins", "read the inputs")
	}
	if k != nil {
		c.early = append(c.early, k.reads...)
	}
	return e
}

// Group returns the name of the group that a run with these inputs is in. It
// begins with the workflow's name, so that no two workflows share one.
func (k *Concurrency) Group(workflow string, inputs map[string]object.Value) (string, error) {
	if k.group == nil {
		return workflow, nil
	}
	r := k.group.Eval(inputScope{inputs: inputs}, nil)
	switch {
	case r.Err != nil:
		return "", fmt.Errorf("concurrency.group: %w", r.Err)
	case !r.known():
		return "", errors.New("concurrency.group reads an input that is too big for it")
	}
	var name string
	if err := json.Unmarshal(r.Value.JSON, &name); err != nil {
		return "", errors.New("concurrency.group is no text")
	}
	return workflow + "/" + name, nil
}
