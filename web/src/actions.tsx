import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { act } from "./api";
import type { Action, Run } from "./api";
import { RedriveButton } from "./redrive";
import type { RunStore } from "./runstore";

/** Actions are what can be done with a run as it stands. */
export function Actions({ run, store }: { run: Run; store: RunStore }) {
  const asked = useSignal<"" | Action>("");
  const problem = useSignal("");
  useEffect(() => {
    asked.value = "";
  }, [run.status]);
  const ask = async (action: Action) => {
    if (action === "cancel" && !confirm("End this run? Running attempts are aborted.")) {
      return;
    }
    asked.value = action;
    problem.value = "";
    try {
      await act(run.id, action);
    } catch (err) {
      asked.value = "";
      problem.value = err instanceof Error ? err.message : String(err);
    }
  };
  if (run.ended !== undefined) {
    return <div class="actions"><RedriveButton run={run} store={store} /></div>;
  }
  const busy = asked.value !== "";
  return (
    <div class="actions">
      {problem.value !== "" && <span class="error-line" role="alert">{problem.value}</span>}
      {run.status === "paused"
        ? <button disabled={busy} onClick={() => void ask("resume")}>Resume</button>
        : <button disabled={busy} onClick={() => void ask("pause")}>Pause</button>}
      <button class="danger" disabled={busy} onClick={() => void ask("cancel")}>Cancel</button>
    </div>
  );
}
