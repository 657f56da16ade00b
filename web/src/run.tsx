import { useEffect, useMemo } from "preact/hooks";
import { Actions } from "./actions";
import { runPage } from "./api";
import type { Run } from "./api";
import { now } from "./clock";
import { FailurePanel } from "./failure";
import { bytes, clock, count, elapsed, seconds } from "./format";
import { GraphView } from "./graph";
import { LedgerTable } from "./ledger";
import { Live } from "./live";
import { choose, chosen, Link } from "./route";
import { RunStore, sum } from "./runstore";
import { Badge, StateBar, stateWords } from "./state";
import { TaskPanel } from "./task";
import { TaskTable } from "./tasks";
import { TimelineView } from "./timeline";
import { Values } from "./values";

const tabs = { tasks: "Tasks", timeline: "Timeline", ledger: "Ledger", values: "Inputs and outputs" };
type Tab = keyof typeof tabs;

/** RunPage is one run: its graph, and beside it everything the graph shows as tables. */
export function RunPage({ id }: { id: string }) {
  const store = useMemo(() => new RunStore(id), [id]);
  useEffect(() => () => store.close(), [store]);
  const run = store.run.value;
  useEffect(() => {
    document.title = run === null ? "Run · Weft" : `${run.workflow} ${run.status} · Weft`;
  }, [run]);
  if (run === null) {
    return store.problem.value === ""
      ? <p class="empty">Loading…</p>
      : <p class="alert" role="alert">{store.problem.value}</p>;
  }
  const task = chosen("task");
  return (
    <div class={task === "" ? "run" : "run with-panel"}>
      <div class="run-main">
        <Heading run={run} store={store} />
        <Figures run={run} store={store} />
        {run.failure !== undefined && <FailurePanel failure={run.failure} link />}
        {run.failure === undefined && run.error !== undefined && <p class="alert" role="alert">{run.error}</p>}
        <GraphView store={store} />
        <Tabs store={store} run={run} />
      </div>
      {task !== "" && <TaskPanel key={task} store={store} task={task} />}
    </div>
  );
}

function Heading({ run, store }: { run: Run; store: RunStore }) {
  return (
    <div class="title">
      <div>
        <p class="crumbs">
          <Link href="/runs">Runs</Link> /{" "}
          {run.parent !== undefined && <><Link href={runPage(run.parent, run.parent_task)} class="mono">{run.parent}</Link> / </>}
          <span class="mono">{run.parent === undefined ? run.id : run.id.slice(run.parent.length + 1)}</span>
        </p>
        <h1>{run.workflow} <Badge state={run.status} /></h1>
      </div>
      <div class="title-end">
        <Live link={store.link.value} />
        <Actions run={run} store={store} />
      </div>
    </div>
  );
}

function Figures({ run, store }: { run: Run; store: RunStore }) {
  const { counts, total, done } = sum(store.steps.value);
  const stayed = store.ledger.value
    .filter((row) => row.transport === "link" || row.transport === "copy")
    .reduce((all, row) => all + row.bytes, 0);
  return (
    <dl class="figures">
      <div>
        <dt>Tasks</dt>
        <dd>{count(done)} <small>of {count(total)}</small></dd>
        <dd class="note">
          <StateBar counts={counts} total={total} />
          {stateWords(counts)}
        </dd>
      </div>
      <div>
        <dt>Duration</dt>
        <dd>{run.started === undefined ? "–" : seconds(elapsed(run.started, run.ended, now.value))}</dd>
        <dd class="note">{run.started === undefined ? "not started" : `since ${clock(run.started)}`}</dd>
      </div>
      <div>
        <dt>Moved between nodes</dt>
        <dd>{bytes(run.moved_bytes)}</dd>
        <dd class="note">peers and stores</dd>
      </div>
      <div>
        <dt>Stayed on its node</dt>
        <dd>{bytes(stayed)}</dd>
        <dd class="note">read where it was made</dd>
      </div>
    </dl>
  );
}

function Tabs({ store, run }: { store: RunStore; run: Run }) {
  const tab = (chosen("tab") || "tasks") as Tab;
  const names = Object.keys(tabs) as Tab[];
  return (
    <section class="card tabs">
      <div role="tablist" aria-label="Of this run">
        {names.map((name) => (
          <button
            key={name}
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="tab-body"
            tabIndex={tab === name ? 0 : -1}
            onClick={() => choose({ tab: name === "tasks" ? "" : name })}
            onKeyDown={(e) => {
              const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? names.length - 1 : 0;
              const next = names[(names.indexOf(name) + step) % names.length];
              if (step !== 0 && next !== undefined) {
                choose({ tab: next === "tasks" ? "" : next });
                document.getElementById(`tab-${next}`)?.focus();
              }
            }}
          >
            {tabs[name]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-body" aria-labelledby={`tab-${tab}`}>
        {tab === "tasks" && <TaskTable store={store} />}
        {tab === "timeline" && <TimelineView store={store} />}
        {tab === "ledger" && <LedgerTable rows={store.ledger.value} />}
        {tab === "values" && (
          <div class="two">
            <Values title="Inputs" values={run.inputs} />
            <Values title="Outputs" values={run.outputs} />
          </div>
        )}
      </div>
    </section>
  );
}
