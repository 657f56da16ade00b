import { count } from "./format";
import type { Status, TaskState } from "./api";

type Any = Status | TaskState;

/** The states of a task in the order in which a bar shows them. */
export const taskStates: TaskState[] = [
  "succeeded", "running", "placed", "placing", "failed", "caught", "cancelled", "skipped", "waiting",
];

/** Paths of the icons, in a square of 16. A state is never told by its colour alone. */
export const icons: Record<Any, string> = {
  succeeded: "M3.5 8.5l3 3 6-7",
  failed: "M4.5 4.5l7 7m0-7l-7 7",
  caught: "M3 4v3a5 5 0 0 0 10 0V4m-8 8.5h6",
  cancelled: "M4.5 11.5l7-7M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11z",
  skipped: "M3.5 4.5l4 3.5l-4 3.5m5-7l4 3.5l-4 3.5",
  running: "M8 2.5a5.5 5.5 0 1 1-5.5 5.5M8 5v3l2 1.5",
  placed: "M3 12.5h10M8 3v6.5m-3-3l3 3l3-3",
  placing: "M8 2.5v3m0 5v3m-5.5-5.5h3m5 0h3",
  waiting: "M4.5 2.5h7m-7 11h7m-6-11c0 5.5 5 5.5 5 11m0-11c0 5.5-5 5.5-5 11",
  pending: "M4.5 2.5h7m-7 11h7m-6-11c0 5.5 5 5.5 5 11m0-11c0 5.5-5 5.5-5 11",
  paused: "M5.5 4v8m5-8v8",
};

export function Icon({ path }: { path: string }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Badge({ state }: { state: Any }) {
  return (
    <span class={`badge ${state}`}>
      <Icon path={icons[state]} />
      {state}
    </span>
  );
}

/** stateWords say how many tasks are in which state. */
export function stateWords(counts: Partial<Record<TaskState, number>>): string {
  return taskStates.filter((s) => (counts[s] ?? 0) > 0).map((s) => `${count(counts[s] ?? 0)} ${s}`).join(", ");
}

/** StateBar shows how many of a number of tasks are in which state. */
export function StateBar({ counts, total }: { counts: Partial<Record<TaskState, number>>; total: number }) {
  const words = stateWords(counts);
  return (
    <div class="bar" role="img" aria-label={words === "" ? "no tasks" : words} title={words}>
      {taskStates.map((s) => {
        const n = counts[s] ?? 0;
        return n > 0 && <span key={s} class={s} style={{ width: `${(100 * n) / Math.max(1, total)}%` }} />;
      })}
    </div>
  );
}
