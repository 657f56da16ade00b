import { effect, untracked } from "@preact/signals";

const restBetween = 300; // ms between two looks at the same thing

/**
 * again calls look now and after every change of what it is told to watch, but
 * never twice at a time, and with a rest between. It returns what asks for one
 * more look, and what ends it.
 */
export function again(watch: () => void, look: () => Promise<void>): { more: () => void; stop: () => void } {
  let busy = false;
  let wanted = false;
  let stopped = false;
  const more = async () => {
    wanted = true;
    if (busy) {
      return;
    }
    busy = true;
    while (wanted && !stopped) {
      wanted = false;
      await look();
      await new Promise((resolve) => setTimeout(resolve, restBetween));
    }
    busy = false;
  };
  const unwatch = effect(() => {
    watch();
    untracked(() => void more());
  });
  return {
    more: () => void more(),
    stop: () => {
      stopped = true;
      unwatch();
    },
  };
}
