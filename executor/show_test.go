package executor

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.org/weft/object"
)

// values reads name=value pairs: JSON, file:ID, large:ID:LENGTH, or lines:ID:LENGTH with items in a file; a list in
// brackets may hold files.
func (s *script) values(args []string) map[string]object.Value {
	s.t.Helper()
	if len(args) == 0 {
		return nil
	}
	values := map[string]object.Value{}
	for _, arg := range args {
		name, text, ok := strings.Cut(arg, "=")
		if !ok {
			s.t.Fatalf("want name=value, not %q", arg)
		}
		values[name] = readValue(text)
	}
	return values
}

func readValue(text string) object.Value {
	if id, ok := strings.CutPrefix(text, "file:"); ok {
		return object.Value{File: &object.Ref{ID: object.ID(id), Size: 100}}
	}
	if rest, ok := strings.CutPrefix(text, "large:"); ok {
		id, count, _ := strings.Cut(rest, ":")
		large := &object.Large{Ref: object.Ref{ID: object.ID(id), Size: 100_000}}
		_, err := fmt.Sscan(count, &large.Length)
		large.IsList = err == nil
		return object.Value{Large: large}
	}
	if rest, ok := strings.CutPrefix(text, "lines:"); ok {
		v := readValue("large:" + rest)
		v.Large.Source = object.Ref{ID: v.Large.Ref.ID + "-source", Size: 1_000_000}
		return v
	}
	if strings.HasPrefix(text, "[file:") {
		var list []object.Value
		for item := range strings.SplitSeq(strings.Trim(text, "[]"), ",") {
			list = append(list, readValue(item))
		}
		return object.Value{List: list}
	}
	return object.FromJSON([]byte(text))
}

func showLoad(l object.Item) string {
	if l.Index == object.Whole {
		return string(l.Of.Ref.ID)
	}
	if l.Count > 0 {
		return fmt.Sprintf("%s[%d..%d]", l.Of.Ref.ID, l.Index, l.Index+l.Count)
	}
	return fmt.Sprintf("%s[%d]", l.Of.Ref.ID, l.Index)
}

func showValues(values map[string]object.Value) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&b, " %s=%s", name, showValue(values[name]))
	}
	return b.String()
}

// showValue is the inverse of readValue.
func showValue(v object.Value) string {
	switch {
	case v.File != nil:
		return "file:" + string(v.File.ID)
	case v.Large != nil && v.Large.IsList:
		return fmt.Sprintf("large:%s:%d", v.Large.Ref.ID, v.Large.Length)
	case v.Large != nil:
		return "large:" + string(v.Large.Ref.ID)
	case v.Gather != nil:
		return fmt.Sprintf("gather(%s.%s %d..%d)", v.Gather.Step, v.Gather.Field, v.Gather.From, v.Gather.To)
	case v.Item != nil:
		if v.Item.Count > 0 {
			return fmt.Sprintf("items(%s %d..%d)", v.Item.Of.Ref.ID, v.Item.Index, v.Item.Index+v.Item.Count)
		}
		return fmt.Sprintf("item(%s %d)", v.Item.Of.Ref.ID, v.Item.Index)
	case v.Map != nil:
		return "{" + strings.TrimSpace(showValues(v.Map)) + "}"
	case v.List != nil:
		items := make([]string, len(v.List))
		for i := range v.List {
			items[i] = showValue(v.List[i])
		}
		return "[" + strings.Join(items, ",") + "]"
	case v.IsNull():
		return "null"
	}
	return string(v.JSON)
}

func showEvaluated(e Evaluated) string {
	text := string(e.Task)
	if text == "" {
		text = "outputs"
	}
	if e.If != nil {
		text += fmt.Sprintf(" if=%v", *e.If)
	}
	if e.Until != nil {
		text += fmt.Sprintf(" until=%v", *e.Until)
	}
	if e.In != nil {
		text += " in=" + showValue(*e.In)
	}
	if e.Then != "" {
		text += " then=" + e.Then
	}
	text += showValues(e.With)
	if e.Cause != "" {
		text += " " + string(e.Cause)
	}
	return text + showError(e.Err)
}

func showError(text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf(" error=%q", text)
}

func showLookup(a AttemptView) string {
	if a.Reused != nil {
		return fmt.Sprintf(", reused from %s/%s", a.Reused.Run, a.Reused.Task)
	}
	if a.NotReused != "" {
		return ", not reused: " + a.NotReused
	}
	return ""
}

func showAvoid(c Place) string {
	text := ""
	if len(c.Avoid) > 0 {
		text = fmt.Sprintf(" avoid=%v", c.Avoid)
	}
	if c.Group != "" {
		text += " group=" + c.Group
	}
	return text
}

// showKey names the idempotency key of a task that is run again on purpose.
func showKey(a AttemptID) string {
	if a.Redriven == 0 {
		return ""
	}
	return " key=" + a.Key()
}

func showTimeout(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return " timeout=" + d.String()
}

func showBegun(b Begun) string {
	text := showTimeout(b.Within)
	if !b.Until.IsZero() {
		text += " until=" + b.Until.Format(time.RFC3339)
	}
	if b.Ask != "" {
		text += fmt.Sprintf(" ask=%q", b.Ask)
	}
	return text
}
