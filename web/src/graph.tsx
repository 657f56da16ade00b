import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Box, Graph, TaskState } from "./api";
import { palette, watchWidth } from "./canvas";
import type { Size } from "./canvas";
import { draw, words } from "./draw";
import { flows, width } from "./flow";
import { transports } from "./ledger";
import { choose, chosen, place } from "./route";
import type { RunStore } from "./runstore";
import { scheme } from "./scheme";
import { at, fitted, height, lookAt, opening, overview, zoomed } from "./view";
import type { View } from "./view";

const mostTold = 300; // steps

/** GraphView draws the steps of a run and what moved between them. The task table is its equal. */
export function GraphView({ store }: { store: RunStore }) {
  const graph = store.graph.value;
  if (graph === null) {
    return null;
  }
  return (
    <section class="card graph" aria-label="Graph">
      <Picture store={store} graph={graph} />
      <div class="legend">
        <ul aria-label="Colours of the lines">
          {Object.entries(transports).map(([name, meaning]) => (
            <li key={name}><i class={`transport-bar ${name}`} aria-hidden="true" /><b>{name}</b> {meaning}</li>
          ))}
          <li><b class="moved">⇄</b> of it moved</li>
        </ul>
        <ul aria-label="Width of the lines">
          {[["1 kB", 1e3], ["1 MB", 1e6], ["100 MB", 1e8]].map(([name, n]) => (
            <li key={name}><svg width="22" height="16" aria-hidden="true"><path d="M0 8h22" stroke-width={width(Number(n))} /></svg>{name}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Picture({ store, graph }: { store: RunStore; graph: Graph }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSignal<View>({ scale: 1, x: 0, y: 0 });
  const size = useSignal<Size>({ width: 0, height: 0 });
  const focused = useSignal("");

  useEffect(() => watchWidth(canvas.current, (w) => height(graph, w), (now) => {
    size.value = now;
    view.value = opening(graph, now, interesting(store, graph));
  }), [graph]);
  useEffect(() => effect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined || size.value.width === 0) {
      return;
    }
    scheme.value;
    place.value;
    draw(context, {
      graph,
      steps: new Map(store.steps.value.map((s) => [s.name, s])),
      moved: flows(store.ledger.value),
      chosen: chosen("step"),
      focused: focused.value,
    }, view.value, size.value, palette(context.canvas));
  }), [graph, store]);

  const zoom = (factor: number, x = size.value.width / 2, y = size.value.height / 2) => {
    view.value = zoomed(view.value, factor, x, y);
  };
  const fit = () => {
    view.value = fitted(graph, size.value);
  };
  return (
    <>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Graph of ${graph.boxes.length} steps${focused.value === "" ? "" : `, ${focused.value}`}. Arrow keys go from step to step, Enter shows its tasks. The table of tasks tells the same.`}
        onKeyDown={(e) => {
          const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
          if (way !== undefined) {
            const names = graph.boxes.map((b) => b.step);
            focused.value = names[(names.indexOf(focused.value) + way + names.length) % names.length] ?? "";
            view.value = opening(graph, size.value, graph.boxes.find((b) => b.step === focused.value));
            e.preventDefault();
          } else if (e.key === "Enter" && focused.value !== "") {
            choose({ step: focused.value, tab: "" });
          } else if (e.key === "+" || e.key === "-") {
            zoom(e.key === "+" ? 1.25 : 0.8);
          } else if (e.key === "0") {
            fit();
          }
        }}
        onBlur={() => {
          focused.value = "";
        }}
        onWheel={(e) => {
          if (e.ctrlKey || e.metaKey) {
            e.preventDefault();
            zoom(Math.exp(-e.deltaY / 300), e.offsetX, e.offsetY);
          }
        }}
        onPointerMove={(e) => {
          e.currentTarget.title = about(store, graph, view.value, e.offsetX, e.offsetY);
        }}
        onPointerDown={(e) => drag(e, graph, view, size.value, (x, y) => {
          const step = at(graph.boxes, view.value, x, y)?.step ?? "";
          choose({ step: step === chosen("step") ? "" : step, tab: "" });
        })}
      >
        <Told store={store} />
      </canvas>
      <div class="zoom" role="group" aria-label="Zoom">
        <button aria-label="Larger" onClick={() => zoom(1.25)}>+</button>
        <button aria-label="Smaller" onClick={() => zoom(0.8)}>−</button>
        <button onClick={fit}>Fit</button>
      </div>
    </>
  );
}

/** interesting is the box that a large graph opens at: what failed, else what runs, else the first. */
function interesting(store: RunStore, graph: Graph): Box | undefined {
  const states = new Map(store.steps.value.map((s) => [s.name, s.state]));
  const inState = (state: TaskState) => graph.boxes.find((b) => states.get(b.step) === state);
  return inState("failed") ?? inState("running") ?? graph.boxes.reduce((a, b) => (b.x < a.x ? b : a), graph.boxes[0]!);
}

/** about says what is at a place of the picture. */
function about(store: RunStore, graph: Graph, view: View, x: number, y: number): string {
  const box = at(graph.boxes, view, x, y);
  const step = store.steps.value.find((s) => s.name === box?.step);
  if (step !== undefined) {
    return `${step.name}: ${words(step)}`;
  }
  return box?.step ?? at(graph.groups ?? [], view, x, y)?.reason ?? "";
}

/** Told is what the picture shows, in words, for who cannot see it. */
function Told({ store }: { store: RunStore }) {
  const steps = store.steps.value;
  return (
    <ul>
      {steps.slice(0, mostTold).map((s) => <li key={s.name} data-step={s.name}>{s.name}: {words(s)}</li>)}
      {steps.length > mostTold && <li>and {steps.length - mostTold} more steps, as in the table of tasks</li>}
    </ul>
  );
}

/** drag moves the picture with the pointer, or the look at it with one in the overview; a press that does not move is a click. */
function drag(
  e: PointerEvent, graph: Graph, view: { value: View }, size: Size, click: (x: number, y: number) => void,
): void {
  const canvas = e.currentTarget as HTMLCanvasElement;
  const from = { x: e.offsetX, y: e.offsetY, view: view.value };
  const map = overview(graph, size, view.value);
  const inMap = map !== undefined && from.x >= map.x && from.y >= map.y;
  let moved = false;
  const move = (e: PointerEvent) => {
    const [dx, dy] = [e.offsetX - from.x, e.offsetY - from.y];
    moved ||= Math.abs(dx) + Math.abs(dy) > 4;
    if (inMap) {
      view.value = lookAt(graph, size, view.value, map, e.offsetX, e.offsetY);
    } else if (moved) {
      view.value = { ...from.view, x: from.view.x + dx, y: from.view.y + dy };
    }
  };
  const up = () => {
    canvas.removeEventListener("pointermove", move);
    if (!moved && !inMap) {
      click(from.x, from.y);
    }
  };
  if (inMap) {
    move(e);
  }
  canvas.setPointerCapture(e.pointerId);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up, { once: true });
}
