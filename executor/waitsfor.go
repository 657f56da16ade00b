package executor

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"example.org/weft/dsl"
)

// taskWaitsFor says in words for what a task waits that no node has.
func (r *Run) taskWaitsFor(f *family, item int) []string {
	t := &f.tasks[item]
	switch {
	case t.phase == retrying:
		return []string{"a retry at " + t.retryAt.time().Format("15:04:05")}
	case t.phase == waiting:
		return []string{t.waitInWords(f, item)}
	case t.asked == askReuse:
		return []string{"what is known of earlier results"}
	case t.asked == askPlace:
		return []string{"a node"}
	}
	o := r.evaluateTask(f, item, nil)
	if words := r.outcomeWaitsFor(&o); len(words) > 0 {
		return words
	}
	switch {
	case t.asked == askEvaluate:
		return []string{"what its expressions gave to be recorded"}
	case r.paused:
		return []string{"the run to be resumed"}
	case t.gated && r.slots(f) == f.maxParallel():
		return []string{fmt.Sprintf("max_parallel %d", f.maxParallel())}
	case t.gated:
		return []string{"its turn: " + count(f.live, "task") + " of " + f.step.Name + " are before it"}
	}
	return nil
}

// outcomeWaitsFor says in words what an evaluation lacks.
func (r *Run) outcomeWaitsFor(o *outcome) []string {
	var words []string
	if len(o.loads) > 0 {
		words = append(words, "the contents of "+count(len(o.loads), "object"))
	}
	byStep := make([]int, len(r.families)) // single items that are needed
	needs := slices.Clone(o.needs)
	slices.SortFunc(needs, func(a, b dsl.Need) int { return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Item, b.Item)) })
	for _, n := range slices.Compact(needs) {
		if n.Item >= 0 {
			byStep[n.Step]++
		}
	}
	said := make([]bool, len(r.families))
	for _, n := range o.needs {
		if !said[n.Step] {
			said[n.Step] = true
			words = append(words, r.needInWords(n, byStep[n.Step]))
		}
	}
	return words
}

// needInWords says what is needed of a step; single is the number of its items
// that are needed one by one.
func (r *Run) needInWords(n dsl.Need, single int) string {
	f := &r.families[n.Step]
	left := len(f.tasks) - f.stood[succeeded] - f.stood[skipped] - f.stood[failed]
	switch {
	case f.step.Foreach == nil:
		return "steps." + f.step.Name
	case n.Item == dsl.NeedLength, !f.expanded:
		return "the length of steps." + f.step.Name
	case n.Item == dsl.NeedAll:
		return fmt.Sprintf("%d of %d items of %s", left, len(f.tasks), f.step.Name)
	case single == 1:
		return string(f.name(n.Item))
	}
	return fmt.Sprintf("%d of %d items of %s", single, len(f.tasks), f.step.Name)
}

// count returns "1 object", "2 objects".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
