import { strict as assert } from "node:assert";
import { test } from "node:test";
import { ago, bytes, elapsed, seconds } from "./format";

test("bytes have at most three digits and a unit of a thousand", () => {
  const told = [0, 18, 999, 1000, 4_095, 99_499, 99_500, 999_499, 999_500, 14_100_000, 1e9].map(bytes);
  assert.deepEqual(told, ["0 B", "18 B", "999 B", "1.0 kB", "4.1 kB", "99.5 kB", "100 kB", "999 kB", "1.0 MB", "14.1 MB", "1.0 GB"]);
});

test("seconds get a coarser unit as they grow", () => {
  const told = [0.000_053, 0.347, 1, 59.94, 61, 3600, 7322].map(seconds);
  assert.deepEqual(told, ["53 µs", "347 ms", "1.0 s", "59.9 s", "1 min 1 s", "1 h 0 min", "2 h 2 min"]);
});

test("what goes on has taken until now, and nothing takes less than no time", () => {
  const start = "2026-11-24T18:00:00Z";
  assert.equal(elapsed(start, undefined, Date.parse(start) + 1500), 1.5);
  assert.equal(elapsed(start, "2026-11-24T18:00:02Z", 0), 2);
  assert.equal(elapsed(start, undefined, Date.parse(start) - 1500), 0);
  assert.equal(elapsed(undefined, undefined, 0), 0);
});

test("a time ago is told in words", () => {
  const time = "2026-11-24T18:00:00Z";
  assert.deepEqual([3, 300, 7200].map((s) => ago(time, Date.parse(time) + s * 1000)), ["just now", "5 min ago", "2 h ago"]);
});
