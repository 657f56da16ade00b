import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { redrive } from "./api";
import type { Redrive, Run } from "./api";
import { count } from "./format";
import { chosen } from "./route";
import type { RunStore } from "./runstore";

/** RedriveButton lets a run that ended go on, once it has said what that takes. */
export function RedriveButton({ run, store }: { run: Run; store: RunStore }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const from = useSignal("");
  const todo = useSignal<Redrive | null>(null);
  const problem = useSignal("");
  const ask = async (dry: boolean) => {
    problem.value = "";
    try {
      const answer = await redrive(run.id, from.value, dry);
      if (!dry) {
        dialog.current?.close();
        store.listen();
        return;
      }
      todo.value = answer;
    } catch (err) {
      todo.value = null;
      problem.value = err instanceof Error ? err.message : String(err);
    }
  };
  const choose = (task: string) => {
    from.value = task;
    void ask(true);
  };
  const starts = [...store.steps.value.map((s) => s.name), chosen("task")];
  return (
    <>
      <button onClick={() => {
        dialog.current?.showModal();
        choose(run.status === "succeeded" ? starts.at(-1) || starts[0] || "" : "");
      }}>Redrive…</button>
      <dialog ref={dialog} class="redrive" aria-labelledby="redrive-title">
        <h2 id="redrive-title">Redrive {run.workflow}</h2>
        <label>
          Run again
          <select value={from.value} onChange={(e) => choose(e.currentTarget.value)}>
            <option value="">what has not succeeded</option>
            {[...new Set(starts)].filter((s) => s !== "").map((s) => <option key={s} value={s}>{s} and what comes after it</option>)}
          </select>
        </label>
        {problem.value !== "" && <p class="alert" role="alert">{problem.value}</p>}
        {todo.value !== null && <Todo todo={todo.value} />}
        <div class="actions">
          <button onClick={() => dialog.current?.close()}>Close</button>
          <button class="main" disabled={todo.value === null || todo.value.steps.length === 0} onClick={() => void ask(false)}>Redrive</button>
        </div>
      </dialog>
    </>
  );
}

function Todo({ todo }: { todo: Redrive }) {
  return (
    <div aria-live="polite">
      {todo.steps.length === 0 && <p>Everything has succeeded: choose a step to begin with.</p>}
      <ul class="plain-list">
        {todo.steps.map((s) => (
          <li key={s.step}><b class="mono">{s.step}</b> {s.tasks === 0 ? "its tasks, not known yet" : tasks(s.tasks)}</li>
        ))}
      </ul>
      <p class="dim">The results of {tasks(todo.kept)} are used again.</p>
      {todo.remade !== undefined && <p>What they made is gone, so these run too: <span class="mono">{todo.remade.join(", ")}</span></p>}
      {todo.gone !== undefined && (
        <p class="alert">What these made is gone, and they are not pure, so whoever reads them fails: <span class="mono">{todo.gone.join(", ")}</span></p>
      )}
    </div>
  );
}

const tasks = (n: number) => `${count(n)} ${n === 1 ? "task" : "tasks"}`;
