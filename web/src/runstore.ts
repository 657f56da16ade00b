import { signal } from "@preact/signals";
import { get, runURL } from "./api";
import type { Graph, LedgerRow, Run, State, Step, TaskState } from "./api";
import { follow } from "./stream";
import type { Link } from "./stream";

/** A RunStore is one run as its event stream tells it. */
export class RunStore {
  readonly run = signal<Run | null>(null);
  readonly steps = signal<Step[]>([]);
  readonly ledger = signal<LedgerRow[]>([]);
  readonly graph = signal<Graph | null>(null);
  /** Number of the last event, and of the changes that came without one: rises with every change. */
  readonly version = signal(0);
  readonly link = signal<Link>("connecting");
  readonly problem = signal("");
  private stop: () => void = () => undefined;

  constructor(readonly id: string) {
    this.listen();
    void this.loadGraph();
  }

  /** listen hears of the run; anew, when it goes on after its end. */
  listen(): void {
    this.stop();
    this.stop = follow(`${runURL(this.id)}/events?view=state`, {
      event: (name, data) => name === "state" && this.apply(data as State),
      link: (link, problem) => {
        this.link.value = link;
        this.problem.value = problem ?? "";
      },
    });
  }

  close(): void {
    this.stop();
  }

  private apply(state: State): void {
    if (state.run) {
      this.run.value = state.run;
    }
    if (state.steps) {
      const known = new Map(this.steps.value.map((s) => [s.name, s]));
      for (const step of state.steps) {
        known.set(step.name, step);
      }
      this.steps.value = [...known.values()];
    }
    if (state.ledger) {
      this.ledger.value = state.ledger;
    }
    this.version.value++;
  }

  private async loadGraph(): Promise<void> {
    try {
      this.graph.value = await get<Graph>(`${runURL(this.id)}/graph`);
    } catch {
      this.graph.value = null; // the table tells the same
    }
  }
}

export type Counts = Partial<Record<TaskState, number>>;

/** sum adds up the tasks of steps by state. A list that is not known yet counts as one waiting task. */
export function sum(steps: Step[]): { counts: Counts; total: number; done: number } {
  const counts: Counts = {};
  let total = 0;
  for (const step of steps) {
    if (step.foreach && !step.expanded) {
      counts.waiting = (counts.waiting ?? 0) + 1;
      total++;
      continue;
    }
    total += step.items;
    for (const [state, n] of Object.entries(step.counts ?? {}) as [TaskState, number][]) {
      counts[state] = (counts[state] ?? 0) + n;
    }
  }
  const done = (counts.succeeded ?? 0) + (counts.failed ?? 0) + (counts.caught ?? 0) + (counts.skipped ?? 0) + (counts.cancelled ?? 0);
  return { counts, total, done };
}
