import { effect, signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Graph } from "./api";
import { draw, flows, words } from "./draw";
import type { Palette, Scene, View } from "./draw";
import { transports } from "./ledger";
import { choose, chosen, place } from "./route";
import type { RunStore } from "./runstore";

const margin = 24;
const tallest = 440;
const mostTold = 300; // steps
const steepest = 2.5; // most that the picture is enlarged

/** Rises when the system changes between light and dark. */
const scheme = signal(0);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  scheme.value++;
});

/** GraphView draws the steps of a run and what moved between them. The task table is its equal. */
export function GraphView({ store }: { store: RunStore }) {
  const graph = store.graph.value;
  if (graph === null) {
    return null;
  }
  return (
    <section class="card graph" aria-label="Graph">
      <Picture store={store} graph={graph} />
      <ul class="legend" aria-label="Transports">
        {Object.entries(transports).map(([name, meaning]) => (
          <li key={name} title={meaning}><i class={`transport-bar ${name}`} aria-hidden="true" />{name}</li>
        ))}
        <li class="dim">width: bytes</li>
      </ul>
    </section>
  );
}

function Picture({ store, graph }: { store: RunStore; graph: Graph }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSignal<View>({ scale: 1, x: 0, y: 0 });
  const size = useSignal({ width: 0, height: 0 });
  const focused = useSignal("");

  useEffect(() => watchSize(canvas.current, graph, size, () => {
    view.value = fitted(graph, size.value);
  }), [graph]);
  useEffect(() => effect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined || size.value.width === 0) {
      return;
    }
    scheme.value;
    place.value;
    const scene: Scene = {
      graph,
      steps: new Map(store.steps.value.map((s) => [s.name, s])),
      moved: flows(store.ledger.value),
      chosen: chosen("step"),
      focused: focused.value,
    };
    draw(context, scene, view.value, palette(context.canvas));
  }), [graph, store]);

  const zoom = (factor: number, x = size.value.width / 2, y = size.value.height / 2) => {
    view.value = zoomed(view.value, factor, x, y);
  };
  const names = graph.boxes.map((b) => b.step);
  return (
    <>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="application"
        aria-label={`Graph of ${names.length} steps${focused.value === "" ? "" : `, ${focused.value}`}. Arrow keys go from step to step, Enter shows its tasks. The table of tasks tells the same.`}
        onKeyDown={(e) => {
          const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
          if (way !== undefined) {
            const at = names.indexOf(focused.value);
            focused.value = names[(at + way + names.length) % names.length] ?? "";
            e.preventDefault();
          } else if (e.key === "Enter" && focused.value !== "") {
            choose({ step: focused.value, tab: "" });
          } else if (e.key === "+" || e.key === "-") {
            zoom(e.key === "+" ? 1.25 : 0.8);
          } else if (e.key === "0") {
            view.value = fitted(graph, size.value);
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
        onPointerDown={(e) => drag(e, view, (x, y) => {
          const step = boxAt(graph, view.value, x, y);
          choose({ step: step === chosen("step") ? "" : step, tab: "" });
        })}
      >
        <Told store={store} />
      </canvas>
      <div class="zoom" role="group" aria-label="Zoom">
        <button aria-label="Larger" onClick={() => zoom(1.25)}>+</button>
        <button aria-label="Smaller" onClick={() => zoom(0.8)}>−</button>
        <button onClick={() => {
          view.value = fitted(graph, size.value);
        }}>Fit</button>
      </div>
    </>
  );
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

/** watchSize keeps a canvas as wide as what it stands in, and calls resized at every change. */
function watchSize(
  canvas: HTMLCanvasElement | null, graph: Graph, size: { value: { width: number; height: number } }, resized: () => void,
): () => void {
  if (canvas === null || canvas.parentElement === null) {
    return () => undefined;
  }
  const watch = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width === 0 || width === size.value.width) {
      return;
    }
    const scale = Math.min(1, (width - 2 * margin) / graph.width);
    const height = Math.round(Math.min(tallest, Math.max(140, graph.height * scale + 2 * margin)));
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    size.value = { width, height };
    resized();
  });
  watch.observe(canvas.parentElement);
  return () => watch.disconnect();
}

function fitted(graph: Graph, size: { width: number; height: number }): View {
  const scale = Math.min(1, (size.width - 2 * margin) / graph.width, (size.height - 2 * margin) / graph.height);
  return {
    scale,
    x: (size.width - graph.width * scale) / 2,
    y: (size.height - graph.height * scale) / 2,
  };
}

function zoomed(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(steepest, Math.max(0.02, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

function boxAt(graph: Graph, view: View, x: number, y: number): string {
  const [gx, gy] = [(x - view.x) / view.scale, (y - view.y) / view.scale];
  const box = graph.boxes.find((b) => gx >= b.x && gx <= b.x + b.w && gy >= b.y && gy <= b.y + b.h);
  return box?.step ?? "";
}

/** drag moves the picture with the pointer; a press that does not move is a click. */
function drag(e: PointerEvent, view: { value: View }, click: (x: number, y: number) => void): void {
  const canvas = e.currentTarget as HTMLCanvasElement;
  const from = { x: e.clientX, y: e.clientY, view: view.value, offsetX: e.offsetX, offsetY: e.offsetY };
  let moved = false;
  const move = (e: PointerEvent) => {
    const [dx, dy] = [e.clientX - from.x, e.clientY - from.y];
    moved ||= Math.abs(dx) + Math.abs(dy) > 4;
    if (moved) {
      view.value = { ...from.view, x: from.view.x + dx, y: from.view.y + dy };
    }
  };
  const up = () => {
    canvas.removeEventListener("pointermove", move);
    if (!moved) {
      click(from.offsetX, from.offsetY);
    }
  };
  canvas.setPointerCapture(e.pointerId);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up, { once: true });
}

/** palette reads colours from the style sheet, each once. */
function palette(canvas: HTMLCanvasElement): Palette {
  const style = getComputedStyle(canvas);
  const known = new Map<string, string>();
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) {
      colour = style.getPropertyValue(`--${name}`).trim() || "#888";
      known.set(name, colour);
    }
    return colour;
  };
}
