import type { Bar, Timeline } from "./api";
import { clear, font, short } from "./canvas";
import type { Palette, Size } from "./canvas";
import { seconds } from "./format";

const gutter = 76; // for the names of nodes
const axis = 24;
const gap = 14; // between lanes
const tallest = 18; // of a row
const most = 420; // of all rows

/** A Placed bar knows where it stands on the canvas. */
export interface Placed { bar: Bar; x: number; y: number; w: number; h: number }

/** A Chart is a timeline with a place for everything. */
export interface Chart { height: number; end: number; lanes: { name: string; note: string; y: number; h: number }[]; bars: Placed[] }

/** place lays a timeline out for a width, up to a time in seconds. */
export function place(line: Timeline, width: number, now: number): Chart {
  const end = line.lanes.flatMap((l) => l.bars).reduce((all, bar) => Math.max(all, endOf(bar, now)), 0.001);
  const rows = line.lanes.reduce((all, lane) => all + Math.max(1, lane.rows), 0);
  const row = Math.min(tallest, most / Math.max(1, rows));
  const scale = (width - gutter - 16) / end;
  const chart: Chart = { height: 0, end, lanes: [], bars: [] };
  let y = axis;
  for (const lane of line.lanes) {
    const h = row * Math.max(1, lane.rows);
    chart.lanes.push({ name: lane.node, note: lane.queued === undefined ? "" : `${lane.queued} queued`, y, h });
    for (const bar of lane.bars) {
      const w = Math.max(2, (endOf(bar, now) - bar.from) * scale);
      chart.bars.push({ bar, x: gutter + bar.from * scale, y: y + bar.row * row, w, h: row > 6 ? row - 2 : Math.max(1, row) });
    }
    y += h + gap;
  }
  chart.height = Math.max(axis + 40, y);
  return chart;
}

const endOf = (bar: Bar, now: number) => (bar.outcome === undefined ? Math.max(bar.to, now) : bar.to);

/** about says what a bar stands for. */
export function about(bar: Bar): string {
  const name = bar.attempts === undefined ? `${bar.task}, attempt ${bar.attempt}` : `${bar.attempts} attempts from ${bar.task} on`;
  return `${name}: ${bar.outcome ?? "going on"}, ${seconds(bar.to - bar.from)} from ${seconds(bar.from)} on`;
}

/** ticks are times in round steps, at most about seven, from 0 to end. */
export function ticks(end: number): number[] {
  const rough = end / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((s) => s >= rough) ?? rough;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, i) => i * step);
}

/** drawLanes paints a chart. Colour is the step of a bar, but for what did not end well. */
export function drawLanes(
  ctx: CanvasRenderingContext2D, chart: Chart, size: Size, hue: (step: string) => string, chosen: string, palette: Palette,
): void {
  clear(ctx);
  ctx.textBaseline = "middle";
  const scale = (size.width - gutter - 16) / chart.end;
  ctx.font = font(11.5);
  ctx.textAlign = "left";
  for (const tick of ticks(chart.end)) {
    const x = gutter + tick * scale;
    ctx.fillStyle = palette("line");
    ctx.fillRect(x, axis - 4, 1, chart.height - axis);
    ctx.fillStyle = palette("dim");
    ctx.fillText(tick < 60 ? `${Number(tick.toPrecision(3))} s` : seconds(tick), x + 3, axis / 2);
  }
  for (const lane of chart.lanes) {
    ctx.fillStyle = palette("group");
    ctx.fillRect(gutter, lane.y - 3, size.width - gutter, lane.h + 4);
    ctx.font = font(12.5, 600);
    ctx.fillStyle = palette("text");
    ctx.fillText(short(ctx, lane.name, gutter - 20), 16, lane.y + 8);
    ctx.font = font(11);
    ctx.fillStyle = palette("dim");
    ctx.fillText(lane.note, 16, lane.y + 23);
  }
  for (const placed of chart.bars) {
    drawBar(ctx, placed, hue(placed.bar.step), placed.bar.task === chosen, palette);
  }
}

function drawBar(ctx: CanvasRenderingContext2D, { bar, x, y, w, h }: Placed, hue: string, chosen: boolean, palette: Palette): void {
  const bad = bar.outcome === "failed" || bar.outcome === "lost" || bar.outcome === "aborted";
  const colour = palette(bar.outcome === "failed" ? "failed" : bad ? "cancelled" : hue);
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, Math.min(3, w / 2, h / 2));
  ctx.fillStyle = colour;
  ctx.globalAlpha = bar.outcome === undefined ? 0.45 : 1;
  ctx.fill();
  ctx.globalAlpha = 1;
  if (chosen) {
    ctx.strokeStyle = palette("text");
    ctx.lineWidth = 2;
    ctx.stroke();
  }
  if (w > 24 && h > 11) {
    ctx.font = font(11, 500);
    ctx.fillStyle = palette(bar.outcome === undefined ? "text" : "on-hue");
    const name = bar.attempts === undefined ? bar.task : `${bar.attempts} × ${bar.step}`;
    const fits = [bad ? `${name} ${bar.outcome}` : name, name.slice(name.indexOf("["))].find((n) => ctx.measureText(n).width < w - 9);
    ctx.fillText(fits ?? "", x + 5, y + h / 2 + 0.5);
  }
}
