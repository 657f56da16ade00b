/** Colours by name, as style.css has them for the light and the dark. */
export type Palette = (name: string) => string;

/** palette reads colours from the style sheet, each once. */
export function palette(canvas: HTMLCanvasElement): Palette {
  const style = getComputedStyle(canvas);
  const known = new Map<string, string>();
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) {
      colour = style.getPropertyValue(`--${name}`).trim() || "#888";
      known.set(name, colour);
    }
    return colour;
  };
}

export interface Size { width: number; height: number }

/** watchWidth keeps a canvas as wide as what it stands in. At every change height says how high that makes it, and resized is told. */
export function watchWidth(
  canvas: HTMLCanvasElement | null, height: (width: number) => number, resized: (size: Size) => void,
): () => void {
  if (canvas === null || canvas.parentElement === null) {
    return () => undefined;
  }
  let last = 0;
  const watch = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    if (width > 0 && width !== last) {
      last = width;
      resized(setSize(canvas, { width, height: Math.round(height(width)) }));
    }
  });
  watch.observe(canvas.parentElement);
  return () => watch.disconnect();
}

export function setSize(canvas: HTMLCanvasElement, size: Size): Size {
  canvas.width = size.width * devicePixelRatio;
  canvas.height = size.height * devicePixelRatio;
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  return size;
}

/** clear empties a canvas; from then on a unit is a pixel of the page. */
export function clear(ctx: CanvasRenderingContext2D): void {
  ctx.setTransform(1, 0, 0, 1, 0, 0);
  ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
  ctx.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
}

export const font = (size: number, weight = 400) => `${weight} ${size}px ui-sans-serif, system-ui, sans-serif`;

/** short returns as much of a text as is at most so wide. */
export function short(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  const all = ctx.measureText(text).width;
  if (all <= width) {
    return text;
  }
  const kept = Math.floor((text.length * width) / all) - 1;
  return kept < 1 ? "" : `${text.slice(0, kept)}…`;
}

/** panel draws a box with round corners. */
export function panel(
  ctx: CanvasRenderingContext2D, at: { x: number; y: number; w: number; h: number },
  look: { fill: string; line: string; thickness: number; round: number },
): void {
  ctx.beginPath();
  ctx.roundRect(at.x, at.y, at.w, at.h, look.round);
  ctx.fillStyle = look.fill;
  ctx.fill();
  ctx.strokeStyle = look.line;
  ctx.lineWidth = look.thickness;
  ctx.stroke();
}
