import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { again } from "./again";
import { get, Problem, runPage, taskURL } from "./api";
import type { Attempt, Task } from "./api";
import { now } from "./clock";
import { FailurePanel } from "./failure";
import { bytes, clock, elapsed, seconds } from "./format";
import { TransportTag } from "./ledger";
import { LogView } from "./logs";
import { choose, chosen, Link } from "./route";
import type { RunStore } from "./runstore";
import { Badge } from "./state";
import { Values } from "./values";

/** TaskPanel is one task: where and why it ran, what it waits for, its attempts and what they wrote. */
export function TaskPanel({ store, task: name }: { store: RunStore; task: string }) {
  const task = useTask(store, name);
  const close = () => choose({ task: "", attempt: "", stream: "" });
  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if (e.key === "Escape") {
        close();
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const attempts = task.value?.attempts ?? [];
  const attempt = attempts.find((a) => String(a.n) === chosen("attempt")) ?? attempts.at(-1);
  return (
    <aside class="panel" aria-label={`Task ${name}`}>
      <header>
        <h2 class="mono">{name}</h2>
        {task.value !== null && <Badge state={task.value.state} />}
        <button class="close" aria-label="Close" onClick={close}>✕</button>
      </header>
      {task.value === null ? <p class="empty">Loading…</p> : (
        <>
          <Waiting task={task.value} />
          {attempt !== undefined && <Why attempt={attempt} />}
          {task.value.failure !== undefined && <FailurePanel failure={task.value.failure} />}
          <AttemptList attempts={attempts} current={attempt} />
          {attempt !== undefined && attempt.child === undefined && <LogView key={attempt.n} run={store.id} task={name} attempt={attempt.n} />}
          {attempt !== undefined && <Read attempt={attempt} />}
          <Values title="Outputs" values={task.value.outputs} />
        </>
      )}
    </aside>
  );
}

/** useTask fetches a task, and again whenever its run changes. */
function useTask(store: RunStore, name: string) {
  const task = useSignal<Task | null>(null);
  useEffect(() => again(() => store.version.value, async () => {
    try {
      task.value = await get<Task>(taskURL(store.id, name));
    } catch (err) {
      if (err instanceof Problem && err.status === 404) {
        choose({ task: "" }, true);
      }
    }
  }).stop, [store, name]);
  return task;
}

function Waiting({ task }: { task: Task }) {
  if (task.waits_for === undefined || task.waits_for.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>Waits for</h3>
      <ul class="plain-list">{task.waits_for.map((what) => <li key={what}>{what}</li>)}</ul>
    </section>
  );
}

function Why({ attempt }: { attempt: Attempt }) {
  if (attempt.child !== undefined) {
    return (
      <section>
        <h3>A run of its own</h3>
        <p class="why"><Link href={runPage(attempt.child)} class="mono">{attempt.child}</Link></p>
      </section>
    );
  }
  if (attempt.reused !== undefined) {
    const { run, task } = attempt.reused;
    return (
      <section>
        <h3>Reused from</h3>
        <p class="why"><Link href={runPage(run, task)} class="mono">{run}/{task}</Link></p>
      </section>
    );
  }
  return (
    <section>
      <h3>Why on <span class="mono">{attempt.node}</span>?</h3>
      <p class="why">{attempt.reason || "No reason was kept."}</p>
      {attempt.not_reused && <p class="why">No earlier result stands for it: {attempt.not_reused}.</p>}
    </section>
  );
}

function AttemptList({ attempts, current }: { attempts: Attempt[]; current: Attempt | undefined }) {
  if (attempts.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>Attempts</h3>
      <ol class="attempts">
        {attempts.map((a) => (
          <li key={a.n} class={a === current ? "chosen" : ""}>
            <button onClick={() => choose({ attempt: String(a.n) })} aria-pressed={a === current}>
              <span class={`outcome ${a.outcome ?? "running"}`}>#{a.n} {a.outcome ?? (a.waits_for ? "queued" : "going on")}</span>
              <span class="mono dim">{a.child === undefined ? a.node : "a run"}</span>
              <span class="num">{seconds(elapsed(a.placed, a.ended, now.value))}</span>
            </button>
            <Phases attempt={a} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Phases shows what an attempt spent its time on. */
function Phases({ attempt: { usage, placed } }: { attempt: Attempt }) {
  const parts: [string, number][] = [
    ["queued", usage.queue_seconds], ["inputs", usage.stage_seconds], ["running", usage.run_seconds],
  ];
  const all = parts.reduce((sum, [, s]) => sum + s, 0);
  if (all === 0) {
    return <small class="dim">placed {clock(placed)}</small>;
  }
  return (
    <div class="phases">
      <div class="bar" aria-hidden="true">
        {parts.map(([name, s]) => <span key={name} class={name} style={{ width: `${(100 * s) / all}%` }} />)}
      </div>
      <small class="dim">
        {parts.filter(([, s]) => s > 0).map(([name, s]) => `${name} ${seconds(s)}`).join(" · ")}
        {usage.cpu_seconds > 0 && ` · CPU ${seconds(usage.cpu_seconds)}`}
        {(usage.max_memory_bytes ?? 0) > 0 && ` · memory ${bytes(usage.max_memory_bytes ?? 0)}`}
      </small>
    </div>
  );
}

function Read({ attempt }: { attempt: Attempt }) {
  if (attempt.moved === undefined || attempt.moved.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>Bytes read</h3>
      <ul class="plain-list">
        {attempt.moved.map((row, i) => (
          <li key={i} class="read">
            <span class="mono">{row.input}</span>
            <span class="dim">from {row.from}</span>
            <TransportTag name={row.transport} />
            <span class="num">{bytes(row.bytes)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
