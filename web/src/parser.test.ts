import { strict as assert } from "node:assert";
import { test } from "node:test";
import { parser } from "./parser";

test("events are whole however the text is cut", () => {
  const text = "id: 7\nevent: state\ndata: {\"a\":\ndata: 1}\n\n: still here\n\nevent: end\ndata: {}\n\n";
  for (let size = 1; size <= text.length; size++) {
    const got: string[][] = [];
    const parse = parser((...event) => got.push(event));
    for (let i = 0; i < text.length; i += size) {
      parse(text.slice(i, i + size));
    }
    assert.deepEqual(got, [["state", "{\"a\":\n1}", "7"], ["end", "{}", ""]], `in pieces of ${size}`);
  }
});

test("a comment is no event, and one without a name is a message", () => {
  const got: string[][] = [];
  parser((...event) => got.push(event))(": hello\n\ndata:x\n\n");
  assert.deepEqual(got, [["message", "x", ""]]);
});
