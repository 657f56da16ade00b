import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { again } from "./again";
import { get, runURL } from "./api";
import type { Timeline } from "./api";
import { palette, setSize, watchWidth } from "./canvas";
import { now } from "./clock";
import { about, drawLanes, place } from "./lanes";
import type { Chart, Placed } from "./lanes";
import { choose, chosen } from "./route";
import type { RunStore } from "./runstore";
import { scheme } from "./scheme";

const hues = 8; // as in style.css

/** TimelineView shows each node as a lane and each attempt as a bar. The task table is its equal. */
export function TimelineView({ store }: { store: RunStore }) {
  const line = useSignal<Timeline | null>(null);
  useEffect(() => again(() => store.version.value, async () => {
    try {
      line.value = await get<Timeline>(`${runURL(store.id)}/timeline`);
    } catch {
      // The stream says when the server is back, and then this is called again.
    }
  }).stop, [store]);
  if (line.value === null) {
    return <p class="empty">Loading…</p>;
  }
  if (line.value.lanes.length === 0) {
    return <p class="empty">Nothing has been placed yet.</p>;
  }
  return <Lanes store={store} line={line.value} />;
}

function Lanes({ store, line }: { store: RunStore; line: Timeline }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const told = useSignal(line);
  told.value = line;
  const chart = useRef<Chart | null>(null);
  const names = store.steps.value.map((s) => s.name);
  const hue = (step: string) => `hue-${Math.max(0, names.indexOf(step)) % hues}`;

  useEffect(() => watchWidth(canvas.current, () => 100, (size) => {
    width.value = size.width;
  }), []);
  useEffect(() => effect(() => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined || width.value === 0) {
      return;
    }
    scheme.value;
    const live = store.run.value?.ended === undefined;
    const at = live ? (now.value - Date.parse(told.value.start)) / 1000 : 0;
    const made = place(told.value, width.value, at);
    chart.current = made;
    const size = setSize(context.canvas, { width: width.value, height: made.height });
    drawLanes(context, made, size, hue, chosen("task"), palette(context.canvas));
  }), [store, names.join()]);

  const barAt = (e: MouseEvent): Placed | undefined =>
    chart.current?.bars.find((b) => e.offsetX >= b.x - 1 && e.offsetX <= b.x + b.w + 1 && e.offsetY >= b.y && e.offsetY <= b.y + b.h);
  return (
    <div class="timeline">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Timeline: ${line.lanes.map((l) => `${l.node} with ${l.bars.length} bars`).join(", ")}. The table of tasks tells the same.`}
        onPointerMove={(e) => {
          const placed = barAt(e);
          e.currentTarget.title = placed === undefined ? "" : about(placed.bar);
          e.currentTarget.classList.toggle("on-bar", placed !== undefined);
        }}
        onClick={(e) => {
          const placed = barAt(e);
          if (placed !== undefined) {
            choose({ task: placed.bar.task, attempt: String(placed.bar.attempt) });
          }
        }}
      />
      <ul class="steps" aria-label="Colours of the bars">
        {names.slice(0, hues).map((name) => <li key={name}><i class={hue(name)} aria-hidden="true" />{name}</li>)}
        {names.length > hues && <li class="dim">and so on, by step</li>}
        <li><i class="hue-failed" aria-hidden="true" />failed</li>
        <li><i class="hue-lost" aria-hidden="true" />lost or aborted</li>
      </ul>
    </div>
  );
}
