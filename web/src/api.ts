// What the server sends: the same as package server/api.

export type Status = "pending" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

export type TaskState =
  | "waiting" | "placing" | "placed" | "running"
  | "succeeded" | "skipped" | "failed" | "caught" | "cancelled";

export type Transport = "inline" | "link" | "copy" | "peer" | "bucket";

export interface Run {
  id: string;
  parent?: string;
  parent_task?: string;
  workflow: string;
  version: string;
  status: Status;
  placement?: string;
  created: string;
  started?: string;
  ended?: string;
  seconds: number;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  error?: string;
  failure?: Failure;
  moved_bytes: number;
}

export interface RunPage { runs: Run[]; next?: string }

export interface Step {
  name: string;
  function: string;
  foreach?: boolean;
  expanded: boolean;
  state: TaskState;
  items: number;
  counts?: Partial<Record<TaskState, number>>;
  group?: string;
}

export interface Failure {
  task: string;
  attempt: number;
  node?: string;
  cause: string;
  message: string;
  exit_code?: number;
  signal?: string;
  stderr?: string;
  dir?: string;
  next?: string[];
}

export interface State { seq: number; run?: Run; steps?: Step[]; ledger?: LedgerRow[] }

export interface LedgerRow {
  from: string;
  to: string;
  input?: string;
  transport: Transport;
  bytes: number;
  objects?: number;
  predicted_bytes?: number;
}

export interface Task {
  task: string;
  step: string;
  item: number;
  state: TaskState;
  waits_for?: string[];
  node?: string;
  reason?: string;
  started?: string;
  seconds?: number;
  moved_bytes?: number;
  attempts?: Attempt[];
  outputs?: Record<string, unknown>;
  failure?: Failure;
}

export interface Usage {
  queue_seconds: number;
  stage_seconds: number;
  run_seconds: number;
  cpu_seconds: number;
  max_memory_bytes?: number;
}

export interface Attempt {
  n: number;
  epoch: number;
  node: string;
  child?: string;
  reason?: string;
  placed: string;
  started?: string;
  ended?: string;
  outcome?: string;
  usage: Usage;
  moved?: LedgerRow[];
  failure?: Failure;
  waits_for?: string;
  reused?: { run: string; task: string };
  not_reused?: string;
}

export interface TaskPage { seq: number; total: number; tasks: Task[]; next?: string }

export interface LogPage { task: string; attempt: number; stream: string; offset: number; next: number; data: string; ended: boolean }

export interface Graph { width: number; height: number; boxes: Box[]; edges: Edge[]; groups?: Group[] }
export interface Box { step: string; x: number; y: number; w: number; h: number }
export interface Edge { from: string; to: string; bytes: number; points: [number, number][] }
export interface Group { name: string; steps: string[]; reason?: string; x: number; y: number; w: number; h: number }

export interface Timeline { seq: number; start: string; lanes: Lane[] }
export interface Lane { node: string; rows: number; queued?: number; bars: Bar[] }
export interface Bar {
  row: number;
  task: string;
  step: string;
  attempt: number;
  from: number;
  to: number;
  outcome?: string;
  attempts?: number;
}

export interface Redrive { steps: { step: string; tasks: number }[]; kept: number; remade?: string[]; gone?: string[] }

export interface NodeAttempt { run: string; task: string; attempt: number; since: string; waits_for?: string }
export interface Node {
  id: string;
  cpu: number;
  free_cpu: number;
  memory_bytes: number;
  free_memory_bytes: number;
  objects: number;
  bytes: number;
  running?: NodeAttempt[];
  queued?: NodeAttempt[];
}

const base = "/api/v1";

/** A Problem is what the server says went wrong, as RFC 9457 has it. */
export class Problem extends Error {
  constructor(readonly status: number, detail: string) {
    super(detail);
  }
}

/** runPage is where a run is shown, and what of it was chosen. */
export const runPage = (id: string, task = "") =>
  `/runs/${encodeURIComponent(id)}${task === "" ? "" : `?task=${encodeURIComponent(task)}`}`;
export const runURL = (id: string) => `${base}/runs/${encodeURIComponent(id)}`;
export const taskURL = (run: string, task: string) => `${runURL(run)}/tasks/${encodeURIComponent(task)}`;
export const objectURL = (id: string) => `${base}/objects/${encodeURIComponent(id)}`;
export const runsURL = (query: URLSearchParams) => `${base}/runs?${query}`;
export const nodesURL = `${base}/nodes`;

/** get fetches JSON. It throws a Problem, or a TypeError when the server cannot be reached. */
export async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  return answer<T>(await fetch(url, { headers: { accept: "application/json" }, signal: signal ?? null }));
}

export type Action = "cancel" | "pause" | "resume";

/** act posts to an action of a run. */
export async function act(run: string, action: Action): Promise<Run> {
  return answer<Run>(await fetch(`${runURL(run)}/${action}`, { method: "POST" }));
}

/** redrive lets a run that ended go on, from a task or with what has not succeeded; dry, it only says what that takes. */
export async function redrive(run: string, from: string, dry: boolean): Promise<Redrive> {
  const body = JSON.stringify({ ...(from === "" ? {} : { from }), dry_run: dry });
  return answer<Redrive>(await fetch(`${runURL(run)}/redrive`, { method: "POST", headers: { "content-type": "application/json" }, body }));
}

async function answer<T>(res: Response): Promise<T> {
  if (res.status === 401) {
    location.assign("/login");
  }
  if (!res.ok) {
    throw new Problem(res.status, await problemText(res));
  }
  return (await res.json()) as T;
}

export async function problemText(res: Response): Promise<string> {
  try {
    const body = (await res.json()) as { detail?: string; title?: string };
    return body.detail ?? body.title ?? res.statusText;
  } catch {
    return res.statusText;
  }
}
