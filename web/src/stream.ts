import { Problem, problemText } from "./api";
import { parser } from "./parser";

/** How a stream stands: "over" when the server has said everything, "failed" when it refused. */
export type Link = "connecting" | "live" | "reconnecting" | "over" | "failed";

interface Handlers {
  event(name: string, data: unknown): void;
  link(link: Link, problem?: string): void;
}

const quiet = 40_000; // the server sends something every 15 s: after this many ms the line is dead
const shortest = 500;
const longest = 20_000;

/**
 * follow reads server-sent events, and connects again where the line breaks:
 * after a time that doubles, a random part of it taken away, so that the pages
 * of many people do not come back together. It returns what ends it.
 */
export function follow(url: string | (() => string), on: Handlers): () => void {
  const stop = new AbortController();
  void keepFollowing(typeof url === "string" ? () => url : url, on, stop.signal);
  return () => stop.abort();
}

async function keepFollowing(url: () => string, on: Handlers, stopped: AbortSignal): Promise<void> {
  const position = { lastID: "" };
  for (let failures = 0; !stopped.aborted; failures++) {
    on.link(failures === 0 ? "connecting" : "reconnecting");
    try {
      const over = await readOnce(url(), position, stopped, on, () => {
        failures = 0;
        on.link("live");
      });
      if (over) {
        on.link("over");
        return;
      }
    } catch (err) {
      if (stopped.aborted) {
        return;
      }
      if (err instanceof Problem && err.status < 500) {
        on.link("failed", err.message);
        return;
      }
    }
    on.link("reconnecting");
    const delay = Math.min(longest, shortest * 2 ** failures);
    await pause(delay * (0.5 + Math.random() / 2), stopped);
  }
}

/** readOnce reads until the line breaks; the answer is whether the server said that it has ended. */
async function readOnce(
  url: string, position: { lastID: string }, stopped: AbortSignal, on: Handlers, connected: () => void,
): Promise<boolean> {
  const line = new AbortController();
  const abort = () => line.abort();
  stopped.addEventListener("abort", abort);
  let alarm = setTimeout(abort, quiet);
  try {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    if (position.lastID !== "") {
      headers["last-event-id"] = position.lastID;
    }
    const res = await fetch(url, { headers, signal: line.signal, cache: "no-store" });
    if (res.status === 401) {
      location.assign("/login");
    }
    if (!res.ok) {
      throw new Problem(res.status, await problemText(res));
    }
    if (res.status === 204 || res.body === null) {
      return true;
    }
    connected();
    let over = false;
    const parse = parser((name, data, id) => {
      if (id !== "") {
        position.lastID = id;
      }
      if (name === "end") {
        over = true;
      } else {
        on.event(name, JSON.parse(data));
      }
    });
    const reader = res.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return over;
      }
      clearTimeout(alarm);
      alarm = setTimeout(abort, quiet);
      parse(value);
    }
  } finally {
    clearTimeout(alarm);
    stopped.removeEventListener("abort", abort);
  }
}

function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
