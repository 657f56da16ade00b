import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Graph } from "./api";
import { at, fitted, kept, opening, overlap, overview, visible, zoomed } from "./view";

const size = { width: 1200, height: 400 };
const box = (step: string, x: number) => ({ step, x, y: 100, w: 176, h: 66 });
const small: Graph = { width: 800, height: 300, boxes: [box("a", 100)], edges: [] };
const long: Graph = { width: 20_000, height: 300, boxes: [box("first", 24), box("last", 19_800)], edges: [] };

test("a small graph opens whole, without an overview", () => {
  const view = opening(small, size, small.boxes[0]);
  assert.deepEqual(view, fitted(small, size));
  assert.equal(overview(small, size, view), undefined);
});

test("a long graph opens at a box, in a size that can be read", () => {
  for (const box of long.boxes) {
    const view = opening(long, size, box);
    assert.ok(view.scale >= 0.75);
    assert.ok(overlap(box, visible(view, size)), `${box.step} is in sight`);
    assert.ok(overview(long, size, view) !== undefined);
  }
});

test("what lies under the pointer stays there when the picture grows", () => {
  const view = zoomed({ scale: 1, x: 10, y: 20 }, 2, 300, 200);
  assert.equal((300 - view.x) / view.scale, 290);
  assert.equal((200 - view.y) / view.scale, 180);
});

test("a place of the canvas is found in the graph", () => {
  const view = { scale: 0.5, x: 10, y: 0 };
  assert.equal(at(small.boxes, view, 10 + 0.5 * 120, 0.5 * 120)?.step, "a");
  assert.equal(at(small.boxes, view, 10 + 0.5 * 80, 0.5 * 120), undefined);
});

test("a view is kept from leaving the graph", () => {
  const view = kept(long, size, { scale: 1, x: 5000, y: 0 });
  assert.ok(view.x <= 24);
  assert.ok(kept(long, size, { scale: 1, x: -50_000, y: 0 }).x >= size.width - long.width - 24);
});
