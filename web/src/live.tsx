import type { Link } from "./stream";

const words: Record<Link, string> = {
  connecting: "connecting",
  live: "live",
  reconnecting: "reconnecting",
  over: "complete",
  failed: "not connected",
};

const looks: Record<Link, string> = {
  connecting: "", live: "told", reconnecting: "broken", over: "", failed: "broken",
};

/** Live says whether what stands on the page is still being told. */
export function Live({ link, problem }: { link: Link; problem?: string }) {
  return (
    <span class={`live ${looks[link]}`} role="status" title={problem}>
      <i aria-hidden="true" />
      {words[link]}
    </span>
  );
}
