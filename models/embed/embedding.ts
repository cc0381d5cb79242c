import type { NdArray } from "../../src/tensor/ndarray.ts";

/** What a joint embedding is: a plan on X x Z x Z x Y, by its marginals on neighbouring spaces. */
export interface Embedding {
  /** [nx, nz] */
  readonly couplingX: NdArray<Float64Array>;
  /** [nz, nz], from the image of X (rows) to that of Y (columns). */
  readonly couplingZ: NdArray<Float64Array>;
  /** [ny, nz] */
  readonly couplingY: NdArray<Float64Array>;
  readonly objective: ObjectiveParts;
}

/** The objective of the model and its parts (Beier et al. 2025, equation 14), in the units of the distances, squared. */
export interface ObjectiveParts {
  /** wasserstein + lambda (gromovX + gromovY) */
  readonly value: number;
  /** <couplingZ, dZ^2> */
  readonly wasserstein: number;
  /** Sum of (dX(x, x') - dZ(z, z'))^2 under couplingX twice. */
  readonly gromovX: number;
  readonly gromovY: number;
}
