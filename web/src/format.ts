// Figures for people.

const units = ["B", "kB", "MB", "GB", "TB", "PB"];

export function bytes(n: number): string {
  let unit = 0;
  while (Math.abs(n) >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${unit === 0 || n >= 99.5 ? Math.round(n) : n.toPrecision(n >= 9.95 ? 3 : 2)} ${units[unit]}`;
}

export function seconds(s: number): string {
  if (s < 0.001) {
    return `${Math.round(s * 1e6)} µs`;
  }
  if (s < 1) {
    return `${Math.round(s * 1000)} ms`;
  }
  if (s < 60) {
    return `${s.toFixed(1)} s`;
  }
  const whole = Math.round(s);
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function count(n: number): string {
  return n.toLocaleString("en");
}

/** ago says how long ago a time was. */
export function ago(time: string, now: number): string {
  const s = Math.max(0, (now - Date.parse(time)) / 1000);
  if (s < 45) {
    return "just now";
  }
  if (s < 3600) {
    return `${Math.round(s / 60)} min ago`;
  }
  if (s < 86_400) {
    return `${Math.round(s / 3600)} h ago`;
  }
  return new Date(time).toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
}

export function clock(time: string): string {
  return new Date(time).toLocaleString("en", {
    month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
  });
}

/** elapsed is how long something took, or has taken by now. */
export function elapsed(start: string | undefined, end: string | undefined, now: number): number {
  if (start === undefined) {
    return 0;
  }
  return Math.max(0, ((end === undefined ? now : Date.parse(end)) - Date.parse(start)) / 1000);
}
