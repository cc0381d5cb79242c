import type { Embedding, ObjectiveParts } from "./embedding.ts";
import type { Matrix } from "./matrix.ts";

/** A plan on X x Z x Z x Y by its marginals on neighbours, in the chain's order. */
export interface Couplings {
  /** [nx, nz] */
  readonly xz: Matrix;
  /** [nz, nz] */
  readonly zz: Matrix;
  /** [nz, ny] */
  readonly zy: Matrix;
}

/** The result's form: both couplings with a row for each data point. */
export function embeddingOf({ xz, zz, zy }: Couplings, objective: ObjectiveParts): Embedding {
  return { couplingX: xz, couplingZ: zz, couplingY: transposed(zy), objective };
}

function transposed({ data, shape: [rows, columns] }: Matrix): Matrix {
  const out = new Float64Array(data.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) out[column * rows + row] = data[at];
  }
  return { data: out, shape: [columns, rows] };
}

/** a b^T of two histograms. */
export function product(a: Float64Array, b: Float64Array): Matrix {
  const data = new Float64Array(a.length * b.length);
  a.forEach((mass, row) => {
    for (let column = 0; column < b.length; column++) data[row * b.length + column] = mass * b[column];
  });
  return { data, shape: [a.length, b.length] };
}
