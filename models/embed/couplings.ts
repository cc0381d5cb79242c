import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { Embedding, ObjectiveParts } from "./embedding.ts";

/** A plan on X x Z x Z x Y by its marginals on neighbours, in the chain's order. */
export interface Couplings {
  /** [nx, nz] */
  readonly xz: NdArray<Float64Array>;
  /** [nz, nz] */
  readonly zz: NdArray<Float64Array>;
  /** [nz, ny] */
  readonly zy: NdArray<Float64Array>;
}

/** The result's form: both couplings with a row for each data point. */
export function embeddingOf({ xz, zz, zy }: Couplings, objective: ObjectiveParts): Embedding {
  return { couplingX: xz, couplingZ: zz, couplingY: transposed(zy), objective };
}

export function transposed({ data, shape: [rows, columns] }: NdArray<Float64Array>): NdArray<Float64Array> {
  const out = new Float64Array(data.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) out[column * rows + row] = data[at];
  }
  return { data: out, shape: [columns, rows] };
}

/** a b^T of two histograms. */
export function product(a: Float64Array, b: Float64Array): NdArray<Float64Array> {
  const data = new Float64Array(a.length * b.length);
  a.forEach((mass, row) => {
    for (let column = 0; column < b.length; column++) data[row * b.length + column] = mass * b[column];
  });
  return { data, shape: [a.length, b.length] };
}

/** <p, q> entry by entry. */
export function inner({ data: p }: NdArray<Float64Array>, { data: q }: NdArray<Float64Array>): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += p[at] * q[at];
  return sum;
}

/** Half the L1 distance: the mass that has moved, of histograms of one. */
export function movedMass({ data: p }: NdArray<Float64Array>, { data: q }: NdArray<Float64Array>): number {
  let sum = 0;
  for (let at = 0; at < p.length; at++) sum += Math.abs(p[at] - q[at]);
  return sum / 2;
}
