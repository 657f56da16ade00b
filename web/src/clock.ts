import { signal } from "@preact/signals";

/** The time, told every second: for durations of what still goes on. */
export const now = signal(Date.now());

setInterval(() => {
  if (!document.hidden) {
    now.value = Date.now();
  }
}, 1000);
