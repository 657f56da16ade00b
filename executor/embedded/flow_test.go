package embedded_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.org/weft/executor"
)

// finishes runs a workflow to its end and fails unless it succeeds with these
// outputs.
func finishes(t *testing.T, src string, want map[string]string) {
	t.Helper()
	w := newWorld(t)
	row := w.await(w.submit(src, "", nil), ended)
	if row.Status != executor.StatusSucceeded {
		t.Fatalf("got %s %s", row.Status, row.Error)
	}
	for name, text := range want {
		if got := string(row.Outputs[name].JSON); got != text {
			t.Errorf("output %s is %s, want %s", name, got, text)
		}
	}
}

func TestACatchStandsForTheStepThatFailed(t *testing.T) {
	t.Parallel()
	finishes(t, `
version: 1
name: catch
steps:
  risky:
    run: "exit 7"
    outputs: { text: { type: string } }
    catch: [{ on: [error], as: why, then: plan_b }]
  plan_b:
    run: "echo '{\"text\": \"'${{ why.exit_code }}'\"}' > $WEFT_OUTPUT"
    outputs: { text: { type: string } }
outputs: { text: "${{ steps.risky.outputs.text }}" }
`, map[string]string{"text": `"7"`})
}

func TestASwitchStandsForItsBranch(t *testing.T) {
	t.Parallel()
	finishes(t, `
version: 1
name: choose
functions:
  say:
    inputs: { text: { type: string } }
    outputs: { text: { type: string } }
    run: "echo '{\"text\": \"'${{ inputs.text }}'\"}' > $WEFT_OUTPUT"
steps:
  size:
    foreach: { in: "${{ range(3) }}", as: n }
    switch:
      - { when: "${{ n > 1 }}", then: big }
      - { default: small }
  big: { uses: say, with: { text: "big" } }
  small: { uses: say, with: { text: "${{ string(n) }}" } }
outputs: { texts: "${{ steps.size.outputs.map(s, s.text).join(' ') }}" }
`, map[string]string{"texts": `"0 1 big"`})
}

func TestStepsAfterAFailureAndAtTheEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	witness := filepath.Join(t.TempDir(), "witness")
	id := w.submit(fmt.Sprintf(`
version: 1
name: late
steps:
  work: { run: "exit 7" }
on_failure:
  tell: { run: "echo ${{ error.task }} ${{ error.exit_code }} >> %[1]s" }
finally:
  clean: { run: "echo ${{ run.status }} >> %[1]s" }
`, witness), "", nil)
	if row := w.await(id, ended); row.Status != executor.StatusFailed || !strings.Contains(row.Error, "work") {
		t.Fatalf("got %s %q", row.Status, row.Error)
	}
	if got := read(t, witness); got != "work 7\nfailed\n" {
		t.Errorf("the witness has %q", got)
	}
}
