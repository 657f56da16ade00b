import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Timeline } from "./api";
import { place, ticks } from "./lanes";

const line: Timeline = {
  seq: 9,
  start: "2026-11-24T18:00:00Z",
  lanes: [
    { node: "n1", rows: 2, bars: [
      { row: 0, task: "a", step: "a", attempt: 1, from: 0, to: 4, outcome: "succeeded" },
      { row: 1, task: "b[0]", step: "b", attempt: 2, from: 2, to: 3 },
    ] },
    { node: "n2", rows: 0, queued: 3, bars: [] },
  ],
};

test("lanes stand below each other and bars of a node do not overlap", () => {
  const chart = place(line, 1000, 5);
  assert.deepEqual(chart.lanes.map((l) => [l.name, l.note]), [["n1", ""], ["n2", "3 queued"]]);
  const [first, second] = chart.bars;
  assert.ok(first !== undefined && second !== undefined && first.y + first.h <= second.y);
  assert.ok(chart.lanes[1]!.y >= chart.lanes[0]!.y + chart.lanes[0]!.h);
});

test("a bar of what goes on reaches to now, and none is too short to be seen", () => {
  const chart = place(line, 1000, 5);
  assert.equal(chart.end, 5);
  const scale = chart.bars[0]!.w / 4;
  assert.ok(Math.abs(chart.bars[1]!.w - 3 * scale) < 0.001);
  assert.equal(place(line, 1000, 500_000).bars[0]!.w, 2);
});

test("thousands of rows get no higher than a few", () => {
  const many = { ...line, lanes: Array.from({ length: 40 }, (_, i) => ({ node: `n${i}`, rows: 64, bars: [] })) };
  assert.ok(place(many, 1000, 1).height < 1100);
});

test("ticks are round and few", () => {
  assert.deepEqual(ticks(54), [0, 10, 20, 30, 40, 50]);
  assert.deepEqual(ticks(0.003).map((t) => t.toFixed(4)), ["0.0000", "0.0005", "0.0010", "0.0015", "0.0020", "0.0025", "0.0030"]);
});
