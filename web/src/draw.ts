import type { Box, Graph, Group, Step, TaskState } from "./api";
import { clear, font, panel, short } from "./canvas";
import type { Palette, Size } from "./canvas";
import { drawEdge, edgeKey, labelEdge } from "./flow";
import type { Flow } from "./flow";
import { count } from "./format";
import { icons, taskStates } from "./state";
import { overlap, overview, visible } from "./view";
import type { View } from "./view";

/** A Scene is everything that a picture of the graph depends on. */
export interface Scene {
  graph: Graph;
  steps: Map<string, Step>;
  moved: Map<string, Flow>; // by edgeKey
  chosen: string;
  focused: string;
}

const small = 0.5; // below this scale only names are drawn
const tiny = 0.12; // below this one not even those

/** draw paints the scene. */
export function draw(ctx: CanvasRenderingContext2D, scene: Scene, view: View, size: Size, palette: Palette): void {
  clear(ctx);
  ctx.save();
  ctx.translate(view.x, view.y);
  ctx.scale(view.scale, view.scale);
  ctx.textBaseline = "middle";
  drawGroups(ctx, scene, palette);
  const flow = (from: string, to: string) => scene.moved.get(edgeKey(from, to));
  for (const edge of scene.graph.edges) {
    drawEdge(ctx, edge, flow(edge.from, edge.to), palette, view.scale);
  }
  const seen = visible(view, size);
  for (const box of scene.graph.boxes) {
    if (overlap(box, seen)) {
      drawBox(ctx, box, scene, palette, view.scale);
    }
  }
  if (view.scale > small) {
    for (const edge of scene.graph.edges) {
      labelEdge(ctx, edge, flow(edge.from, edge.to), palette);
    }
  }
  ctx.restore();
  drawOverview(ctx, scene, view, size, palette);
}

function drawGroups(ctx: CanvasRenderingContext2D, { graph }: Scene, palette: Palette): void {
  ctx.font = font(11.5, 500);
  ctx.textAlign = "left";
  for (const group of graph.groups ?? []) {
    ctx.setLineDash([4, 4]);
    panel(ctx, group, { fill: palette("group"), line: palette("group-line"), thickness: 1, round: 14 });
    ctx.setLineDash([]);
    ctx.fillStyle = palette("group-text");
    ctx.fillText(short(ctx, together(graph, group), group.w - 20), group.x + 12, group.y + 12);
  }
}

/** together says which steps outside an area share its node, if any do. */
function together(graph: Graph, group: Group): string {
  const others = graph.boxes.filter((b) => group.steps.includes(b.step) && !overlap(b, group)).map((b) => b.step);
  return others.length === 0 ? "one node" : `same node as ${others.join(", ")}`;
}

function drawBox(ctx: CanvasRenderingContext2D, box: Box, scene: Scene, palette: Palette, scale: number): void {
  const step = scene.steps.get(box.step);
  const look = { fill: palette(step === undefined ? "page" : "surface"), line: palette("line"), thickness: 1, round: 10 };
  if (step?.foreach) {
    for (const shift of [8, 4]) {
      panel(ctx, { ...box, x: box.x + shift, y: box.y + shift }, look);
    }
  }
  if (scene.chosen === box.step || scene.focused === box.step) {
    panel(ctx, box, { ...look, line: palette("accent"), thickness: Math.max(2.5, 2 / scale) });
  } else if (step === undefined || step.state === "waiting") {
    panel(ctx, box, look);
  } else {
    panel(ctx, box, { ...look, line: palette(step.state), thickness: Math.max(1.25, 1 / scale) });
  }
  if (scale < small || step === undefined) {
    drawName(ctx, box, step, palette, scale);
  } else {
    drawStep(ctx, box, step, palette);
  }
}

/** drawName writes a name as large as it can be read, or colours the box where it cannot. */
function drawName(ctx: CanvasRenderingContext2D, box: Box, step: Step | undefined, palette: Palette, scale: number): void {
  if (step !== undefined && step.state !== "waiting") {
    ctx.globalAlpha = scale < tiny ? 0.8 : 0.16;
    ctx.fillStyle = palette(step.state);
    ctx.fill();
    ctx.globalAlpha = 1;
  }
  if (scale < tiny) {
    return;
  }
  ctx.font = font(Math.min(box.h * 0.7, Math.max(14, 10.5 / scale)), 600);
  ctx.textAlign = "center";
  ctx.fillStyle = palette(step === undefined ? "dim" : "text");
  ctx.fillText(short(ctx, box.step, box.w - 8), box.x + box.w / 2, box.y + box.h / 2);
}

function drawStep(ctx: CanvasRenderingContext2D, box: Box, step: Step, palette: Palette): void {
  ctx.textAlign = "left";
  ctx.fillStyle = palette("text");
  ctx.font = font(14, 600);
  ctx.fillText(short(ctx, box.step, box.w - 44), box.x + 34, box.y + box.h * 0.3);
  icon(ctx, step.state, box.x + 11, box.y + box.h * 0.3 - 8, palette(step.state));
  ctx.fillStyle = palette("dim");
  ctx.font = font(12.5);
  ctx.fillText(words(step), box.x + 34, box.y + box.h * 0.61, box.w - 44);
  stateBar(ctx, box, step, palette);
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
  const other = (["failed", "running"] as const).filter((s) => (counts[s] ?? 0) > 0).map((s) => `${count(counts[s] ?? 0)} ${s}`);
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

/** drawOverview shows, in a corner, which part of the graph is seen. */
function drawOverview(ctx: CanvasRenderingContext2D, scene: Scene, view: View, size: Size, palette: Palette): void {
  const map = overview(scene.graph, size, view);
  if (map === undefined) {
    return;
  }
  const frame = { x: map.x - 4, y: map.y - 4, w: map.w + 8, h: map.h + 8 };
  panel(ctx, frame, { fill: palette("surface"), line: palette("line"), thickness: 1, round: 6 });
  for (const box of scene.graph.boxes) {
    ctx.fillStyle = palette(scene.steps.get(box.step)?.state ?? "line");
    ctx.fillRect(map.x + box.x * map.scale, map.y + box.y * map.scale, Math.max(1.5, box.w * map.scale), Math.max(1.5, box.h * map.scale));
  }
  const seen = visible(view, size);
  ctx.save();
  ctx.beginPath();
  ctx.rect(frame.x, frame.y, frame.w, frame.h);
  ctx.clip();
  ctx.strokeStyle = palette("accent");
  ctx.lineWidth = 1.5;
  ctx.strokeRect(map.x + seen.x * map.scale, map.y + seen.y * map.scale, seen.w * map.scale, seen.h * map.scale);
  ctx.restore();
}
