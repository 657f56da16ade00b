import type { Box, Edge, Graph, LedgerRow, Step, Transport } from "./api";
import { bytes, count } from "./format";
import { icons, taskStates } from "./state";
import type { TaskState } from "./api";

/** A Scene is everything that a picture of the graph depends on. */
export interface Scene {
  graph: Graph;
  steps: Map<string, Step>;
  moved: Map<string, Flow>; // by edgeKey
  chosen: string;
  focused: string;
}

/** A Flow is the bytes that crossed an edge until now, and how most of them did. */
export interface Flow { bytes: number; transport: Transport }

export interface View { scale: number; x: number; y: number }

/** Colours by name, as style.css has them for the light and the dark. */
export type Palette = (name: string) => string;

export const edgeKey = (from: string, to: string) => `${from}\n${to}`;

/** flows adds up a ledger by edge. */
export function flows(rows: LedgerRow[]): Map<string, Flow> {
  const all = new Map<string, Flow & { most: number }>();
  for (const row of rows) {
    const key = edgeKey(row.from, row.to);
    const flow = all.get(key) ?? { bytes: 0, transport: row.transport, most: -1 };
    flow.bytes += row.bytes;
    if (row.bytes > flow.most) {
      flow.most = row.bytes;
      flow.transport = row.transport;
    }
    all.set(key, flow);
  }
  return all;
}

/** draw paints the scene. */
export function draw(ctx: CanvasRenderingContext2D, scene: Scene, view: View, palette: Palette): void {
  const ratio = devicePixelRatio;
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
  ctx.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  ctx.textBaseline = "middle";
  drawGroups(ctx, scene, palette);
  for (const edge of scene.graph.edges) {
    drawEdge(ctx, edge, scene, palette);
  }
  if (view.scale > 0.45) {
    for (const edge of scene.graph.edges) {
      labelEdge(ctx, edge, scene, palette);
    }
  }
  const seen = visible(ctx, view);
  for (const box of scene.graph.boxes) {
    if (box.x < seen.right && box.x + box.w > seen.left && box.y < seen.bottom && box.y + box.h > seen.top) {
      drawBox(ctx, box, scene, palette, view.scale);
    }
  }
}

function visible(ctx: CanvasRenderingContext2D, view: View) {
  const width = ctx.canvas.width / devicePixelRatio;
  const height = ctx.canvas.height / devicePixelRatio;
  return {
    left: -view.x / view.scale, right: (width - view.x) / view.scale,
    top: -view.y / view.scale, bottom: (height - view.y) / view.scale,
  };
}

function drawGroups(ctx: CanvasRenderingContext2D, { graph }: Scene, palette: Palette): void {
  ctx.font = "500 11px ui-sans-serif, system-ui, sans-serif";
  ctx.textAlign = "left";
  for (const group of graph.groups ?? []) {
    ctx.beginPath();
    ctx.roundRect(group.x, group.y, group.w, group.h, 14);
    ctx.fillStyle = palette("group");
    ctx.fill();
    ctx.strokeStyle = palette("group-line");
    ctx.lineWidth = 1;
    ctx.setLineDash([4, 4]);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = palette("group-text");
    ctx.fillText("one node", group.x + 12, group.y + 11);
  }
}

/** width of an edge: twice the bytes, a fixed step wider. */
export function width(n: number): number {
  return n <= 0 ? 1.5 : Math.min(14, 1.5 + 0.85 * Math.max(0, Math.log2(n / 4096)));
}

function drawEdge(ctx: CanvasRenderingContext2D, edge: Edge, scene: Scene, palette: Palette): void {
  const flow = scene.moved.get(edgeKey(edge.from, edge.to));
  trace(ctx, edge.points);
  ctx.lineCap = "round";
  ctx.lineWidth = width(flow?.bytes ?? edge.bytes);
  ctx.strokeStyle = flow === undefined ? palette("edge") : palette(flow.transport);
  ctx.globalAlpha = flow === undefined ? 0.55 : 0.8;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** trace lays a curve: a start, then for each piece two control points and an end. */
function trace(ctx: CanvasRenderingContext2D, points: [number, number][]): void {
  ctx.beginPath();
  points.forEach(([x, y], i) => {
    const [a, b] = [points[i - 2], points[i - 1]];
    if (i === 0) {
      ctx.moveTo(x, y);
    } else if (i % 3 === 0 && a !== undefined && b !== undefined) {
      ctx.bezierCurveTo(...a, ...b, x, y);
    }
  });
}

function labelEdge(ctx: CanvasRenderingContext2D, edge: Edge, scene: Scene, palette: Palette): void {
  const flow = scene.moved.get(edgeKey(edge.from, edge.to));
  if (flow === undefined || flow.bytes < 1000) {
    return;
  }
  const [x, y] = middle(edge.points);
  const text = bytes(flow.bytes);
  ctx.font = "500 11px ui-sans-serif, system-ui, sans-serif";
  ctx.textAlign = "center";
  const w = ctx.measureText(text).width + 10;
  ctx.beginPath();
  ctx.roundRect(x - w / 2, y - 9, w, 18, 9);
  ctx.fillStyle = palette("surface");
  ctx.fill();
  ctx.strokeStyle = palette(flow.transport);
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.fillStyle = palette("text");
  ctx.fillText(text, x, y + 0.5);
}

/** middle is the middle of the piece in the middle of a curve. */
function middle(points: [number, number][]): [number, number] {
  const i = 3 * Math.floor((points.length - 1) / 6);
  const [a, b, c, d] = [points[i], points[i + 1], points[i + 2], points[i + 3]];
  if (a === undefined || b === undefined || c === undefined || d === undefined) {
    return points[0] ?? [0, 0];
  }
  const at = (k: 0 | 1) => (a[k] + 3 * b[k] + 3 * c[k] + d[k]) / 8;
  return [at(0), at(1)];
}

function drawBox(ctx: CanvasRenderingContext2D, box: Box, scene: Scene, palette: Palette, scale: number): void {
  const step = scene.steps.get(box.step);
  const state = step?.state;
  if (step?.foreach) {
    for (const shift of [8, 4]) {
      panel(ctx, box, shift, palette("surface"), palette("line"), 1);
    }
  }
  const chosen = scene.chosen === box.step || scene.focused === box.step;
  const line = chosen ? palette("accent") : state === undefined || state === "waiting" ? palette("line") : palette(state);
  panel(ctx, box, 0, palette(step === undefined ? "page" : "surface"), line, chosen ? 2.5 : 1.25);
  ctx.textAlign = "left";
  ctx.fillStyle = palette("text");
  ctx.font = "600 13px ui-sans-serif, system-ui, sans-serif";
  if (step === undefined) {
    ctx.fillStyle = palette("dim");
    ctx.textAlign = "center";
    ctx.fillText(box.step, box.x + box.w / 2, box.y + box.h / 2, box.w - 16);
    return;
  }
  ctx.fillText(box.step, box.x + 34, box.y + box.h * 0.31, box.w - 44);
  if (scale > 0.3 && state !== undefined) {
    icon(ctx, state, box.x + 11, box.y + box.h * 0.31 - 8, palette(state));
    ctx.fillStyle = palette("dim");
    ctx.font = "12px ui-sans-serif, system-ui, sans-serif";
    ctx.fillText(words(step), box.x + 34, box.y + box.h * 0.62, box.w - 44);
  }
  stateBar(ctx, box, step, palette);
}

function panel(
  ctx: CanvasRenderingContext2D, box: Box, shift: number, fill: string, line: string, thickness: number,
): void {
  ctx.beginPath();
  ctx.roundRect(box.x + shift, box.y + shift, box.w, box.h, 10);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = line;
  ctx.lineWidth = thickness;
  ctx.stroke();
}

function icon(ctx: CanvasRenderingContext2D, state: TaskState, x: number, y: number, colour: string): void {
  ctx.save();
  ctx.translate(x, y);
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.75;
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  ctx.stroke(new Path2D(icons[state]));
  ctx.restore();
}

/** words say how a step stands. */
export function words(step: Step): string {
  if (!step.foreach) {
    return step.state;
  }
  if (!step.expanded) {
    return "items not known yet";
  }
  const counts = step.counts ?? {};
  const done = `${count(counts.succeeded ?? 0)} of ${count(step.items)}`;
  const other = (["failed", "running"] as const).filter((s) => (counts[s] ?? 0) > 0).map((s) => `${counts[s]} ${s}`);
  return [done, ...other].join(" · ");
}

function stateBar(ctx: CanvasRenderingContext2D, box: Box, step: Step, palette: Palette): void {
  const total = Math.max(1, step.items);
  const inner = { x: box.x + 12, y: box.y + box.h - 12, w: box.w - 24, h: 4 };
  ctx.save();
  ctx.beginPath();
  ctx.roundRect(inner.x, inner.y, inner.w, inner.h, 2);
  ctx.clip();
  ctx.fillStyle = palette("track");
  ctx.fillRect(inner.x, inner.y, inner.w, inner.h);
  let x = inner.x;
  for (const s of taskStates) {
    const w = (inner.w * (step.counts?.[s] ?? 0)) / total;
    if (w > 0 && s !== "waiting") {
      ctx.fillStyle = palette(s);
      ctx.fillRect(x, inner.y, w, inner.h);
    }
    x += w;
  }
  ctx.restore();
}
