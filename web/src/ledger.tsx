import type { LedgerRow, Transport } from "./api";
import { bytes, count } from "./format";

/** What each transport means. */
export const transports: Record<Transport, string> = {
  inline: "in the value",
  link: "same node, not copied",
  copy: "same node, copied",
  peer: "between nodes",
  bucket: "through a store",
};

export function TransportTag({ name }: { name: Transport }) {
  return <span class={`transport ${name}`} title={transports[name]}>{name}</span>;
}

/** LedgerTable is every edge and transport with its bytes, counted beside predicted. */
export function LedgerTable({ rows }: { rows: LedgerRow[] }) {
  if (rows.length === 0) {
    return <p class="empty">No bytes have been read yet.</p>;
  }
  const most = Math.max(1, ...rows.map((row) => row.bytes));
  return (
    <div class="scroll">
      <table class="ledger">
        <thead>
          <tr>
            <th>From</th><th>To</th><th>Input</th><th>Transport</th>
            <th class="num">Objects</th><th class="num">Counted</th><th aria-hidden="true" /><th class="num">Predicted</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.from} ${row.to} ${row.input} ${row.transport}`}>
              <td class="mono">{row.from || "–"}</td>
              <td class="mono">{row.to}</td>
              <td class="mono dim">{row.input}</td>
              <td><TransportTag name={row.transport} /></td>
              <td class="num dim">{row.objects === undefined ? "" : count(row.objects)}</td>
              <td class="num strong" title={`${count(row.bytes)} bytes`}>{bytes(row.bytes)}</td>
              <td class="amount" aria-hidden="true">
                <span class={`transport-bar ${row.transport}`} style={{ width: `${(100 * row.bytes) / most}%` }} />
              </td>
              <td class="num dim">{row.predicted_bytes === undefined ? "–" : bytes(row.predicted_bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
