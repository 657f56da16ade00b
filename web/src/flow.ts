import type { Edge, LedgerRow, Transport } from "./api";
import { font, panel } from "./canvas";
import type { Palette } from "./canvas";
import { bytes } from "./format";

/** A Flow is the bytes that crossed an edge until now, by how they did, most first. */
export interface Flow { bytes: number; moved: number; parts: { transport: Transport; bytes: number }[] }

export const edgeKey = (from: string, to: string) => `${from}\n${to}`;

/** flows adds up a ledger by edge. */
export function flows(rows: LedgerRow[]): Map<string, Flow> {
  const all = new Map<string, Flow>();
  for (const row of rows) {
    const key = edgeKey(row.from, row.to);
    const flow = all.get(key) ?? { bytes: 0, moved: 0, parts: [] };
    all.set(key, flow);
    flow.bytes += row.bytes;
    if (row.transport === "peer" || row.transport === "bucket") {
      flow.moved += row.bytes;
    }
    const part = flow.parts.find((p) => p.transport === row.transport);
    if (part === undefined) {
      flow.parts.push({ transport: row.transport, bytes: row.bytes });
    } else {
      part.bytes += row.bytes;
    }
  }
  for (const flow of all.values()) {
    flow.parts.sort((a, b) => b.bytes - a.bytes);
  }
  return all;
}

/** width of an edge: twice the bytes, a fixed step wider. */
export function width(n: number): number {
  return n <= 0 ? 1.5 : Math.min(14, 1.5 + 0.85 * Math.max(0, Math.log2(n / 4096)));
}

/** drawEdge draws an edge as wide as its bytes; where they went in several ways, the smaller part runs inside the larger. */
export function drawEdge(ctx: CanvasRenderingContext2D, edge: Edge, flow: Flow | undefined, palette: Palette, scale: number): void {
  trace(ctx, edge.points);
  ctx.lineCap = "round";
  const thinnest = 1 / scale; // a pixel
  if (flow === undefined || flow.bytes === 0) {
    ctx.lineWidth = Math.max(thinnest, width(flow?.bytes ?? edge.bytes));
    ctx.strokeStyle = palette(flow?.parts[0]?.transport ?? "edge");
    ctx.stroke();
    return;
  }
  const all = Math.max(thinnest, width(flow.bytes));
  let left = flow.bytes;
  for (const part of flow.parts.filter((p) => p.bytes > 0.01 * flow.bytes)) {
    ctx.lineWidth = Math.max(thinnest, Math.min(2, all), (all * left) / flow.bytes);
    ctx.strokeStyle = palette(part.transport);
    ctx.stroke();
    left -= part.bytes;
  }
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

/** labelEdge writes the bytes on an edge, and how many of them left their node. */
export function labelEdge(ctx: CanvasRenderingContext2D, edge: Edge, flow: Flow | undefined, palette: Palette): void {
  const main = flow?.parts[0];
  if (flow === undefined || main === undefined || flow.bytes < 1000) {
    return;
  }
  const lines = [bytes(flow.bytes)];
  if (flow.moved > 0) {
    lines.push(`⇄ ${bytes(flow.moved)}`);
  }
  ctx.font = font(11, 550);
  ctx.textAlign = "center";
  const [x, y] = middle(edge.points);
  const w = Math.max(...lines.map((line) => ctx.measureText(line).width)) + 10;
  const h = 5 + 14 * lines.length;
  panel(ctx, { x: x - w / 2, y: y - h / 2, w, h }, { fill: palette("surface"), line: palette(main.transport), thickness: 1, round: 8 });
  lines.forEach((line, i) => {
    ctx.fillStyle = palette(i === 0 ? "text" : "moved");
    ctx.fillText(line, x, y + 0.5 + 14 * (i - (lines.length - 1) / 2));
  });
}

/** middle is the middle of the piece in the middle of a curve. */
function middle(points: [number, number][]): [number, number] {
  const i = 3 * Math.floor((points.length - 1) / 6);
  const [a, b, c, d] = [points[i], points[i + 1], points[i + 2], points[i + 3]];
  if (a === undefined || b === undefined || c === undefined || d === undefined) {
    return points[0] ?? [0, 0];
  }
  const half = (k: 0 | 1) => (a[k] + 3 * b[k] + 3 * c[k] + d[k]) / 8;
  return [half(0), half(1)];
}
