import type { Failure } from "./api";
import { choose } from "./route";
import { Icon, icons } from "./state";

/** FailurePanel says what failed, where, with what last words, and what to type next. */
export function FailurePanel({ failure, link }: { failure: Failure; link?: boolean }) {
  const facts: [string, string][] = [
    ["attempt", String(failure.attempt)],
    ["node", failure.node ?? ""],
    ["cause", failure.cause],
    ["exit code", failure.exit_code === undefined ? "" : String(failure.exit_code)],
    ["signal", failure.signal ?? ""],
  ];
  return (
    <section class="failure" aria-label="Failure">
      <h2>
        <Icon path={icons.failed} />
        {link
          ? <button class="linklike mono" onClick={() => choose({ task: failure.task })}>{failure.task}</button>
          : <span class="mono">{failure.task}</span>}
        <span>{failure.message}</span>
      </h2>
      <p class="facts">
        {facts.filter(([, value]) => value !== "").map(([name, value]) => (
          <span key={name}><small>{name}</small> {value}</span>
        ))}
      </p>
      {failure.stderr !== undefined && failure.stderr !== "" && <pre class="log">{failure.stderr}</pre>}
      {failure.next !== undefined && failure.next.length > 0 && (
        <div class="next">
          <small>Next</small>
          {failure.next.map((command) => <code key={command}>{command}</code>)}
        </div>
      )}
    </section>
  );
}
