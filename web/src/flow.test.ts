import { strict as assert } from "node:assert";
import { test } from "node:test";
import { edgeKey, flows, width } from "./flow";

test("a ledger is added up by edge, most bytes first", () => {
  const all = flows([
    { from: "decode", to: "encode", input: "raw", transport: "peer", bytes: 30 },
    { from: "decode", to: "encode", input: "raw", transport: "link", bytes: 100 },
    { from: "decode", to: "encode", input: "mask", transport: "peer", bytes: 20 },
    { from: "probe", to: "encode", input: "rate", transport: "inline", bytes: 3 },
  ]);
  assert.equal(all.size, 2);
  assert.deepEqual(all.get(edgeKey("decode", "encode")), {
    bytes: 150, moved: 50, parts: [{ transport: "link", bytes: 100 }, { transport: "peer", bytes: 50 }],
  });
});

test("more bytes are never drawn thinner, nor without end", () => {
  const widths = [0, 1, 4096, 1e5, 1e6, 1e8, 1e12].map(width);
  assert.deepEqual([...widths].sort((a, b) => a - b), widths);
  assert.equal(widths.at(-1), 14);
});
