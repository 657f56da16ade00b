import type { Box, Graph } from "./api";
import type { Size } from "./canvas";

/** A View is how a graph stands on its canvas: first enlarged, then moved. */
export interface View { scale: number; x: number; y: number }

interface Area { x: number; y: number; w: number; h: number }

const margin = 24;
const largest = 2.5; // most that the picture is enlarged
const readable = 0.75; // least at which it is opened

/** height of the canvas that a graph is given. */
export function height(graph: Graph, width: number): number {
  return Math.min(460, Math.max(150, graph.height * openingScale(graph, width) + 2 * margin));
}

function openingScale(graph: Graph, width: number): number {
  return Math.max(readable, Math.min(1, (width - 2 * margin) / graph.width));
}

/** fitted shows all of a graph. */
export function fitted(graph: Graph, size: Size): View {
  const scale = Math.min(1, (size.width - 2 * margin) / graph.width, (size.height - 2 * margin) / graph.height);
  return centred(scale, { x: 0, y: 0, w: graph.width, h: graph.height }, size);
}

/** opening shows all of a graph where that can be read, else the surroundings of a box. */
export function opening(graph: Graph, size: Size, box: Box | undefined): View {
  const all = fitted(graph, size);
  if (all.scale >= readable || box === undefined) {
    return all;
  }
  return kept(graph, size, centred(readable, box, size));
}

function centred(scale: number, area: Area, size: Size): View {
  return {
    scale,
    x: size.width / 2 - (area.x + area.w / 2) * scale,
    y: size.height / 2 - (area.y + area.h / 2) * scale,
  };
}

/** kept moves a view so that it shows as little as it can of what is beside the graph. */
export function kept(graph: Graph, size: Size, view: View): View {
  const at = (place: number, room: number, needed: number) =>
    needed <= room ? (room - needed) / 2 : Math.min(margin, Math.max(room - needed - margin, place));
  return {
    scale: view.scale,
    x: at(view.x, size.width, graph.width * view.scale),
    y: at(view.y, size.height, graph.height * view.scale),
  };
}

/** zoomed enlarges a view; what is at x and y stays there. */
export function zoomed(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(largest, Math.max(0.02, view.scale * factor));
  const real = scale / view.scale;
  return { scale, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

/** at returns the first area at a place of the canvas. */
export function at<T extends Area>(areas: T[], view: View, x: number, y: number): T | undefined {
  const [gx, gy] = [(x - view.x) / view.scale, (y - view.y) / view.scale];
  return areas.find((a) => gx >= a.x && gx <= a.x + a.w && gy >= a.y && gy <= a.y + a.h);
}

/** visible is the part of the graph that a canvas shows. */
export function visible(view: View, size: Size): Area {
  return { x: -view.x / view.scale, y: -view.y / view.scale, w: size.width / view.scale, h: size.height / view.scale };
}

export function overlap(a: Area, b: Area): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

export interface Overview extends Area { scale: number }

/** overview is where the small picture of the whole stands, if a part of the graph is out of sight. */
export function overview(graph: Graph, size: Size, view: View): Overview | undefined {
  const seen = visible(view, size);
  if (seen.x <= 0 && seen.y <= 0 && seen.x + seen.w >= graph.width && seen.y + seen.h >= graph.height) {
    return undefined;
  }
  const scale = Math.min(Math.min(260, size.width * 0.4) / graph.width, 84 / graph.height);
  const [w, h] = [graph.width * scale, Math.max(10, graph.height * scale)];
  return { x: size.width - w - 12, y: size.height - h - 12, w, h, scale };
}

/** lookAt moves a view to the part that was pressed in the overview. */
export function lookAt(graph: Graph, size: Size, view: View, map: Overview, x: number, y: number): View {
  const point = { x: (x - map.x) / map.scale, y: (y - map.y) / map.scale, w: 0, h: 0 };
  return kept(graph, size, centred(view.scale, point, size));
}
