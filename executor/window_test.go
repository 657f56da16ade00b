package executor

import "testing"

// A wide foreach has so many attempts out and no more; each that ends lets the
// next one in, in the order of the list.
func TestAWideForeachIsPlacedByAndBy(t *testing.T) {
	t.Parallel()
	const tasks = 3*defaultWindow + 7
	r := New("run_w", benchmarkProgram(t, "\n"+
		`  a: { uses: take, foreach: { in: "${{ range(12295) }}", as: x }, with: { n: "${{ x }}" } }`+"\n"))
	step := func(f Fact) []Command {
		if err := r.Step(Record{Seq: r.Seq() + 1, Fact: f}); err != nil {
			t.Fatal(err)
		}
		return r.Ready()
	}
	var places []Place
	add := func(commands []Command) {
		for _, c := range commands {
			if c, ok := c.(Place); ok {
				places = append(places, c)
			}
		}
	}
	add(step(Started{Decisions: Decisions}))
	if len(places) != defaultWindow {
		t.Fatalf("%d tasks are to be placed at once, want %d", len(places), defaultWindow)
	}
	for i := range tasks {
		if i >= len(places) || places[i].Task != r.families[0].name(i) {
			t.Fatalf("task %d is not placed in its turn", i)
		}
		add(step(Placed{Task: places[i].Task, Attempt: 1, Epoch: 1, Node: "n1"}))
		add(step(Succeeded{Task: places[i].Task, Attempt: 1}))
		if want := min(defaultWindow+i+1, tasks); len(places) != want {
			t.Fatalf("%d tasks were to be placed when %d had ended, want %d", len(places), i+1, want)
		}
	}
}
