import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { taskURL } from "./api";
import type { LogPage } from "./api";
import { bytes } from "./format";
import { choose, chosen } from "./route";
import { follow } from "./stream";

const tail = 64 * 1024; // bytes of a log that are shown at first
const most = 512 * 1024; // characters that are kept

/** LogView shows the end of what an attempt wrote, and what it still writes. */
export function LogView({ run, task, attempt }: { run: string; task: string; attempt: number }) {
  const stream = chosen("stream") === "stdout" ? "stdout" : "stderr";
  const text = useSignal("");
  const start = useSignal(0);
  const ended = useSignal(false);
  const box = useRef<HTMLPreElement>(null);
  const base = `${taskURL(run, task)}/logs?attempt=${attempt}&stream=${stream}`;

  useEffect(() => {
    text.value = "";
    ended.value = false;
    let at = -1; // where in the log the text ends; -1: nothing has come
    return follow(() => `${base}&offset=${at < 0 ? -tail : at}`, {
      event: (_, data) => {
        const page = data as LogPage;
        if (at < 0) {
          start.value = page.offset;
        }
        text.value = (text.value + page.data).slice(-most);
        at = page.next;
        ended.value = page.ended;
      },
      link: () => undefined,
    });
  }, [base]);
  useEffect(() => {
    const pre = box.current;
    if (pre !== null && pre.scrollHeight - pre.scrollTop - pre.clientHeight < 80) {
      pre.scrollTop = pre.scrollHeight;
    }
  }, [text.value]);

  return (
    <section>
      <div class="log-head">
        <h3>Log</h3>
        <div class="chips" role="group" aria-label="Stream">
          {(["stderr", "stdout"] as const).map((name) => (
            <button key={name} aria-pressed={stream === name} onClick={() => choose({ stream: name }, true)}>{name}</button>
          ))}
        </div>
        <small class="dim">{ended.value ? "complete" : "live"}</small>
      </div>
      {start.value > 0 && <p class="dim">The first {bytes(start.value)} are left out.</p>}
      <pre class="log" ref={box} tabIndex={0} aria-label={`${stream} of ${task}`}>
        {text.value === "" ? (ended.value ? "It wrote nothing." : "Nothing yet.") : text.value}
      </pre>
    </section>
  );
}
