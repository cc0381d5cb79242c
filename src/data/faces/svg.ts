/** Mirrored parts are drawn for the left (-1) and the right (+1) of the picture. */
export const SIDES = [-1, 1] as const;
export type Side = (typeof SIDES)[number];

/** A coordinate as text, rounded to a thousandth. */
export function n(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** A tone from 0 black to 255 white. */
export function gray(tone: number): string {
  return `rgb(${tone},${tone},${tone})`;
}

/** A line of chalk along a path; `width` in hundredths of the picture. */
export function stroke(d: string, width: number, tone: number): string {
  return `<path d="${d}" fill="none" stroke="${gray(tone)}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;
}
