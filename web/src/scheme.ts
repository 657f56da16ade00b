import { signal } from "@preact/signals";

/** Rises when the system changes between light and dark. */
export const scheme = signal(0);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  scheme.value++;
});
