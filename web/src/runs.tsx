import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, runPage, runsURL } from "./api";
import type { Run, RunPage as Page } from "./api";
import { now } from "./clock";
import { ago, clock, elapsed, seconds } from "./format";
import { Live } from "./live";
import { choose, chosen, Link } from "./route";
import { Badge } from "./state";
import { follow } from "./stream";
import type { Link as LinkState } from "./stream";

const statuses = ["", "running", "pending", "paused", "succeeded", "failed", "cancelled"];

/** RunsPage is the list of runs: the first page live, older ones as they are asked for. */
export function RunsPage() {
  const first = useSignal<Page | null>(null);
  const older = useSignal<Page[]>([]);
  const link = useSignal<LinkState>("connecting");
  const problem = useSignal("");
  const query = filter();

  useEffect(() => {
    first.value = null;
    older.value = [];
    return follow(runsURL(new URLSearchParams(query)), {
      event: (_, data) => {
        first.value = data as Page;
      },
      link: (state, why) => {
        link.value = state;
        problem.value = why ?? "";
      },
    });
  }, [query]);
  useEffect(() => {
    document.title = "Runs · Weft";
  }, []);

  const more = async (cursor: string) => {
    const asked = new URLSearchParams(query);
    asked.set("cursor", cursor);
    older.value = [...older.value, await get<Page>(runsURL(asked))];
  };
  const pages = first.value === null ? [] : [first.value, ...older.value];
  const next = pages.at(-1)?.next;
  return (
    <>
      <div class="title">
        <h1>Runs</h1>
        <Live link={link.value} problem={problem.value} />
      </div>
      <Filters />
      {problem.value !== "" && <p class="alert" role="alert">{problem.value}</p>}
      <RunTable runs={unique(pages)} loading={first.value === null} />
      {next !== undefined && <p class="more"><button onClick={() => void more(next)}>Older runs</button></p>}
    </>
  );
}

function filter(): string {
  const query = new URLSearchParams({ limit: "50" });
  for (const name of ["q", "status", "workflow"]) {
    if (chosen(name) !== "") {
      query.set(name, chosen(name));
    }
  }
  return query.toString();
}

/** unique leaves out what a page has again because the one before it moved on. */
function unique(pages: Page[]): Run[] {
  const runs = new Map<string, Run>();
  for (const run of pages.flatMap((p) => p.runs)) {
    if (!runs.has(run.id)) {
      runs.set(run.id, run);
    }
  }
  return [...runs.values()];
}

function Filters() {
  return (
    <form class="filters" role="search" onSubmit={(e) => e.preventDefault()}>
      <input
        type="search"
        aria-label="Search in workflow, id and error"
        placeholder="Search workflow, id, error"
        value={chosen("q")}
        onInput={(e) => choose({ q: e.currentTarget.value }, true)}
      />
      <div class="chips" role="group" aria-label="Status">
        {statuses.map((s) => (
          <button key={s} type="button" aria-pressed={chosen("status") === s} onClick={() => choose({ status: s })}>
            {s === "" ? "all" : s}
          </button>
        ))}
      </div>
    </form>
  );
}

function RunTable({ runs, loading }: { runs: Run[]; loading: boolean }) {
  if (runs.length === 0) {
    return loading ? <p class="empty">Loading…</p> : (
      <div class="empty card">
        <p>No runs {location.search === "" ? "yet" : "like that"}.</p>
        <pre>weft submit workflow.yaml</pre>
      </div>
    );
  }
  return (
    <div class="card scroll">
      <table class="runs">
        <thead>
          <tr><th>Workflow</th><th>Status</th><th>Run</th><th class="num">Duration</th><th>Accepted</th></tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <Link href={runPage(run.id)} class="strong">{run.workflow}</Link>
                {run.error !== undefined && <div class="error-line">{run.error}</div>}
              </td>
              <td><Badge state={run.status} /></td>
              <td class="mono dim">{run.id.slice(0, 12)}</td>
              <td class="num">{run.started === undefined ? "–" : seconds(elapsed(run.started, run.ended, now.value))}</td>
              <td class="dim" title={clock(run.created)}>{ago(run.created, now.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
