import { objectURL } from "./api";
import { bytes } from "./format";

interface File { object: string; size: number; name?: string; media_type?: string; dir?: boolean; large?: boolean; length?: number }

const longest = 4000; // characters of a value that are shown

/** Values shows inputs or outputs by name: files to download, everything else as JSON. */
export function Values({ title, values }: { title: string; values: Record<string, unknown> | undefined }) {
  const names = Object.keys(values ?? {}).sort();
  return (
    <section>
      <h3>{title}</h3>
      {names.length === 0 && <p class="empty">None{title === "Outputs" ? " yet" : ""}.</p>}
      <dl class="values">
        {names.map((name) => (
          <div key={name}>
            <dt class="mono">{name}</dt>
            <dd><Value value={values?.[name]} /></dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Value({ value }: { value: unknown }) {
  if (isFile(value)) {
    return <FileLink file={value} />;
  }
  if (Array.isArray(value) && value.some(isFile)) {
    return (
      <ol class="files">
        {value.slice(0, 100).map((item, i) => <li key={i}><Value value={item} /></li>)}
        {value.length > 100 && <li class="dim">and {value.length - 100} more</li>}
      </ol>
    );
  }
  const text = JSON.stringify(value, null, 2) ?? "null";
  return <pre class="value">{text.length > longest ? `${text.slice(0, longest)}…` : text}</pre>;
}

function FileLink({ file }: { file: File }) {
  const kind = file.large ? `list of ${file.length ?? 0}` : (file.media_type ?? "");
  return (
    <span class="file">
      <a href={objectURL(file.object)} download={file.name ?? file.object}>{file.name ?? file.object}</a>
      <small>{bytes(file.size)}{kind === "" ? "" : ` · ${kind}`}</small>
    </span>
  );
}

function isFile(value: unknown): value is File {
  return typeof value === "object" && value !== null && "object" in value && "size" in value &&
    typeof value.object === "string" && /^obj_[a-z2-7]{26}$/.test(value.object) && typeof value.size === "number";
}
