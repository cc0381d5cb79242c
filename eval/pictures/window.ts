/** The square that a picture shows. */
export interface Window {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** Of the square, free on each side. */
const MARGIN = 0.04;

/** The smallest square around points, with a margin: distances are the same along both axes. */
export function windowAround(points: Iterable<readonly [x: number, y: number]>): Window {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [bottom, top] = [Math.min(bottom, y), Math.max(top, y)];
  }
  const half = (0.5 + MARGIN) * (Math.max(right - left, top - bottom) || 1);
  const around = (low: number, high: number): [number, number] => [(low + high) / 2 - half, (low + high) / 2 + half];
  return { x: around(left, right), y: around(bottom, top) };
}
