import { batch, signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { again } from "./again";
import { get, runURL } from "./api";
import type { Task, TaskPage } from "./api";
import { now } from "./clock";
import { bytes, count, elapsed, seconds } from "./format";
import { choose, chosen } from "./route";
import type { RunStore } from "./runstore";
import { Badge, taskStates } from "./state";

const rowHeight = 37; // as in style.css
const pageSize = 100;

/** A Window holds the tasks around those on the screen, and asks for them again when the run changes. */
class Window {
  readonly total = signal(0);
  readonly rows = signal<Map<number, Task>>(new Map());
  private offset = 0;
  private readonly url: string;
  private readonly following: { more: () => void; stop: () => void };

  constructor(store: RunStore, private query: string) {
    this.url = `${runURL(store.id)}/tasks`;
    this.following = again(() => store.version.value, () => this.fetch());
  }

  /** show moves to the rows from number first on. */
  show(first: number): void {
    const offset = Math.max(0, first - pageSize / 4);
    if (Math.abs(offset - this.offset) >= pageSize / 4 || !this.rows.value.has(first)) {
      this.offset = offset;
      this.following.more();
    }
  }

  stop(): void {
    this.following.stop();
  }

  private async fetch(): Promise<void> {
    const offset = this.offset;
    try {
      const page = await get<TaskPage>(`${this.url}?${this.query}&offset=${offset}&limit=${pageSize}`);
      batch(() => {
        this.total.value = page.total;
        this.rows.value = new Map(page.tasks.map((task, i) => [offset + i, task]));
      });
    } catch {
      // The stream says when the server is back, and then this is called again.
    }
  }
}

/** TaskTable is every task of a run, or of the step and state that were chosen. */
export function TaskTable({ store }: { store: RunStore }) {
  const step = chosen("step");
  const state = chosen("state");
  const window = useMemo(() => {
    const query = new URLSearchParams();
    if (step !== "") {
      query.set("step", step);
    }
    if (state !== "") {
      query.set("state", state);
    }
    return new Window(store, query.toString());
  }, [store, step, state]);
  useEffect(() => () => window.stop(), [window]);
  return (
    <>
      <TaskFilters store={store} total={window.total.value} />
      <Rows window={window} />
    </>
  );
}

function TaskFilters({ store, total }: { store: RunStore; total: number }) {
  return (
    <div class="filters inner">
      <label>
        Step
        <select value={chosen("step")} onChange={(e) => choose({ step: e.currentTarget.value })}>
          <option value="">all</option>
          {store.steps.value.map((s) => <option key={s.name} value={s.name}>{s.name}</option>)}
        </select>
      </label>
      <label>
        State
        <select value={chosen("state")} onChange={(e) => choose({ state: e.currentTarget.value })}>
          <option value="">all</option>
          {taskStates.map((s) => <option key={s} value={s}>{s}</option>)}
        </select>
      </label>
      <small class="dim">{count(total)} {total === 1 ? "task" : "tasks"}</small>
    </div>
  );
}

/** Rows draws those rows of a table that can be seen, and empty space for the others. */
function Rows({ window }: { window: Window }) {
  const first = useSignal(0);
  const total = window.total.value;
  const rows = window.rows.value;
  const from = Math.max(0, Math.min(first.value - 5, total - 1));
  const to = Math.min(total, from + 45);
  const visible: [number, Task | undefined][] = [];
  for (let i = from; i < to; i++) {
    visible.push([i, rows.get(i)]);
  }
  return (
    <div
      class="scroll tall"
      tabIndex={0}
      role="region"
      aria-label="Tasks"
      onScroll={(e) => {
        first.value = Math.floor(e.currentTarget.scrollTop / rowHeight);
        window.show(first.value);
      }}
    >
      <table class="tasks" aria-rowcount={total + 1}>
        <thead>
          <tr>
            <th>Task</th><th>State</th><th>Node</th><th class="num">Duration</th><th class="num">Moved</th><th>Waits for, or why it is there</th>
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr class="space" aria-hidden="true"><td colSpan={6} style={{ height: `${from * rowHeight}px` }} /></tr>}
          {visible.map(([i, task]) => <Row key={i} index={i} task={task} />)}
          {to < total && <tr class="space" aria-hidden="true"><td colSpan={6} style={{ height: `${(total - to) * rowHeight}px` }} /></tr>}
        </tbody>
      </table>
    </div>
  );
}

function Row({ index, task }: { index: number; task: Task | undefined }) {
  if (task === undefined) {
    return <tr aria-rowindex={index + 2}><td colSpan={6} class="dim">…</td></tr>;
  }
  const live = task.state === "running" || task.state === "placed";
  const time = live ? elapsed(task.started, undefined, now.value) : (task.seconds ?? 0);
  const note = task.waits_for === undefined ? task.reason : `waits for ${task.waits_for.join(", ")}`;
  return (
    <tr aria-rowindex={index + 2} class={chosen("task") === task.task ? "chosen" : ""} onClick={() => choose({ task: task.task })}>
      <td><button class="linklike mono">{task.task}</button></td>
      <td><Badge state={task.state} /></td>
      <td class="mono dim">{task.node}</td>
      <td class="num">{task.started === undefined ? "" : seconds(time)}</td>
      <td class="num dim">{task.moved_bytes === undefined ? "" : bytes(task.moved_bytes)}</td>
      <td class="dim" title={note}>{note}</td>
    </tr>
  );
}
