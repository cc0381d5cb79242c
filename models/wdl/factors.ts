import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { BarycenterInputs } from "../../src/transport/barycenter/engine.ts";
import type { BarycenterOperator } from "../../src/transport/barycenter/operator.ts";

/** Atoms [S, N] and barycentric weights [M, S], rows of sum one; or gradients with respect to them. */
export interface Factors {
  readonly atoms: Float64Array;
  readonly weights: Float64Array;
}

interface Sizes {
  /** N */
  readonly pixels: number;
  readonly operator: Pick<BarycenterOperator, "logScalingShape">;
}

/** Factors, and log-scalings to start from, as arrays: shapes follow from lengths. */
export function barycenterInputs(
  { pixels, operator }: Sizes,
  { atoms, weights }: Factors,
  start?: Float32Array,
): BarycenterInputs<NdArray> {
  const count = atoms.length / pixels;
  const points = weights.length / count;
  return {
    atoms: { shape: [count, pixels], data: atoms },
    weights: { shape: [points, count], data: weights },
    start: start && { shape: operator.logScalingShape(points, count, pixels), data: start },
  };
}
