import type { NdArray } from "../../src/tensor/ndarray.ts";

/** Float64, row-major. Plain loops: `map` of typed arrays takes several times as long. */
export type Matrix = NdArray<Float64Array>;

/** <p, q> entry by entry. */
export function inner({ data: p }: Matrix, { data: q }: Matrix): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += p[at] * q[at];
  return sum;
}

/** Half the L1 distance: the mass that has moved, of histograms of one. */
export function movedMass({ data: p }: Matrix, { data: q }: Matrix): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += Math.abs(p[at] - q[at]);
  return sum / 2;
}

/** factor * (a - shift) */
export function scaled({ data: a, shape }: Matrix, factor: number, shift = 0): Matrix {
  const data = new Float64Array(a.length);
  for (let at = 0; at < a.length; at++) data[at] = factor * (a[at] - shift);
  return { data, shape };
}

/** a + share (b - a) */
export function between({ data: a, shape }: Matrix, { data: b }: Matrix, share: number): Matrix {
  const data = new Float64Array(a.length);
  for (let at = 0; at < a.length; at++) data[at] = a[at] + share * (b[at] - a[at]);
  return { data, shape };
}

export function least({ data: a }: Matrix): number {
  let smallest = Infinity;
  for (let at = 0; at < a.length; at++) if (a[at] < smallest) smallest = a[at];
  return smallest;
}
