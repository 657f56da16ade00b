import { useSignal } from "@preact/signals";
import type { Failure } from "./api";
import { choose } from "./route";
import { Icon, icons } from "./state";

/** FailurePanel says what failed, where, with what last words, and what to type next. */
export function FailurePanel({ failure, link }: { failure: Failure; link?: boolean }) {
  const facts: [string, string][] = [
    ["attempt", String(failure.attempt)],
    ["node", failure.node ?? ""],
    ["cause", failure.cause],
    ["exit code", failure.exit_code === undefined || failure.signal !== undefined ? "" : String(failure.exit_code)],
    ["signal", failure.signal ?? ""],
    ["kept folder", failure.dir ?? ""],
  ];
  return (
    <section class="failure" aria-label={link ? "Failure of the run" : `Failure of ${failure.task}`}>
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
      {failure.stderr !== undefined && failure.stderr !== "" && (
        <pre class="log" tabIndex={0} aria-label="Last lines of stderr">{failure.stderr}</pre>
      )}
      {failure.next !== undefined && failure.next.length > 0 && (
        <div class="next">
          <small>Type next</small>
          {failure.next.map((command) => <Command key={command} text={command} />)}
        </div>
      )}
    </section>
  );
}

function Command({ text }: { text: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = true;
  };
  return (
    <p>
      <code>{text}</code>
      {window.isSecureContext && (
        <button aria-label={`Copy ${text}`} onClick={() => void copy()}>{copied.value ? "Copied" : "Copy"}</button>
      )}
    </p>
  );
}
