import { GOLDEN } from "./timing.ts";

/** Equal masses make an assignment, where most pivots move nothing. */
export const MASSES = ["irregular", "equal"] as const;

/** The point k of an irregular sequence in the unit square. */
export function planarPoint(k: number): readonly [x: number, y: number] {
  return [fraction((k + 1) * GOLDEN), fraction((k + 1) * Math.SQRT2)];
}

/** Those of the points from `from` on, of total one. */
export function massesOf(kind: (typeof MASSES)[number], size: number, from: number): Float64Array {
  const masses = Float64Array.from({ length: size }, (_, k) => (kind === "equal" ? 1 : irregular(from + k)));
  const total = masses.reduce((sum, entry) => sum + entry, 0);
  return masses.map((entry) => entry / total);
}

/** In [0.1, 1.1). */
function irregular(k: number): number {
  return 0.1 + fraction((k + 1) ** 2 * GOLDEN);
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
