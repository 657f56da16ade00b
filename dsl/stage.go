package dsl

import "fmt"

// stageKeys are the keys of the workflow under which the steps of each stage
// stand.
func stageKeys() []string { return []string{"steps", "on_failure", "finally"} }

// checkStage reports what a step expects of one that runs later.
func (c *compiler) checkStage(s *stepDecl) {
	for _, info := range append(s.from, s.needs...) {
		if info != nil && info.stage > s.info.stage {
			c.add(s.key.pos, s.key.text, fmt.Sprintf("step %s depends on %s, which stands under %s and runs later", s.key.text, info.name, stageKeys()[info.stage]),
				"take the reference out, or move the step there")
		}
	}
}

// checkResultStage reports an output of the workflow that is made too late.
func (c *compiler) checkResultStage(name *node, k *checked) {
	for _, info := range k.steps {
		if info != nil && info.stage != StageMain {
			c.add(name.pos, name.text, fmt.Sprintf("output %s reads %s, which stands under %s", name.text, info.name, stageKeys()[info.stage]),
				"only what the main steps make can be an output")
		}
	}
}
