import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { get, nodesURL, runPage } from "./api";
import type { Node, NodeAttempt } from "./api";
import { bytes, count, elapsed, seconds } from "./format";
import { Link } from "./route";

/** NodesPage is what each node can take and does, as of when the page was opened. */
export function NodesPage() {
  const nodes = useSignal<Node[] | null>(null);
  const problem = useSignal("");
  const load = async () => {
    try {
      nodes.value = (await get<{ nodes: Node[] }>(nodesURL)).nodes;
      problem.value = "";
    } catch (err) {
      problem.value = err instanceof Error ? err.message : String(err);
    }
  };
  useEffect(() => {
    document.title = "Nodes · Weft";
    void load();
  }, []);
  return (
    <>
      <div class="title">
        <h1>Nodes</h1>
        <button onClick={() => void load()}>Look again</button>
      </div>
      {problem.value !== "" && <p class="alert" role="alert">{problem.value}</p>}
      {nodes.value?.length === 0 && <p class="empty">No nodes.</p>}
      <div class="nodes">{nodes.value?.map((node) => <NodeCard key={node.id} node={node} />)}</div>
    </>
  );
}

function NodeCard({ node }: { node: Node }) {
  const used = Math.max(0, node.cpu - node.free_cpu);
  const memory = Math.max(0, node.memory_bytes - node.free_memory_bytes);
  return (
    <section class="card node">
      <h2 class="mono">{node.id}</h2>
      <Meter name="Cores" text={`${used.toFixed(1)} of ${node.cpu}`} part={used / Math.max(1, node.cpu)} />
      <Meter name="Memory" text={`${bytes(memory)} of ${bytes(node.memory_bytes)}`} part={memory / Math.max(1, node.memory_bytes)} />
      <p class="dim">{count(node.objects)} objects, {bytes(node.bytes)}</p>
      <Attempts title="Running" attempts={node.running ?? []} />
      <Attempts title="Queued" attempts={node.queued ?? []} />
    </section>
  );
}

function Meter({ name, text, part }: { name: string; text: string; part: number }) {
  return (
    <label class="meter">
      <span>{name}</span> <small>{text}</small>
      <meter min={0} max={1} value={Math.min(1, part)}>{text}</meter>
    </label>
  );
}

function Attempts({ title, attempts }: { title: string; attempts: NodeAttempt[] }) {
  if (attempts.length === 0) {
    return null;
  }
  return (
    <>
      <h3>{title} <small>{count(attempts.length)}</small></h3>
      <ul>
        {attempts.slice(0, 20).map((a) => (
          <li key={`${a.run}/${a.task}/${a.attempt}`}>
            <Link href={runPage(a.run, a.task)} class="mono">{a.task}</Link>{" "}
            <small>{seconds(elapsed(a.since, undefined, Date.now()))}{a.waits_for === undefined ? "" : ` · ${a.waits_for}`}</small>
          </li>
        ))}
      </ul>
    </>
  );
}
