import type { Space } from "../../src/spaces/space.ts";
import type { Target } from "../../src/spaces/target.ts";
import { rowOf, type NdArray } from "../../src/tensor/ndarray.ts";

/** How a set lies in the target. */
export interface Image {
  /** Mass of the marginal on the target. */
  readonly mass: number;
  /** Share of the mass of the samples' weights that the coupling has moved: all but 0 where inner problems have met given weights. */
  readonly reweighted: number;
  /** exp of the marginal's entropy: so many points of the target would hold it, if they held equal shares. */
  readonly points: number;
  /**
   * Root mean square distance of projections over that of the samples: 1 of an isometry, near 0 where the embedding has
   * collapsed, so that scores mean nothing.
   */
  readonly spread: number;
}

/** Below it an embedding counts as collapsed. */
export const COLLAPSED = 0.2;

/** Above it weights count as changed: far beyond what converged inner problems leave. */
export const REWEIGHTED = 1e-5;

/** Rows of distances that are held at once. */
const BLOCK = 256;

/** @param marginals of the coupling: on the samples [n], and on the target [nz] */
export function imageOf(
  { metric, weights }: Space,
  [own, marginal]: readonly [samples: Float64Array, target: Float64Array],
  projection: NdArray,
  target: Target,
): Image {
  const mass = marginal.reduce((sum, value) => sum + value, 0);
  const entropy = marginal.reduce((sum, value) => (value > 0 ? sum - (value / mass) * Math.log(value / mass) : sum), 0);
  const squares = metric.squaredProduct(weights);
  const square = weights.reduce((sum, weight, sample) => sum + weight * squares[sample], 0);
  const spread = square > 0 ? Math.sqrt(meanSquare(weights, projection, target) / square) : 1;
  const reweighted = weights.reduce((moved, weight, sample) => moved + Math.abs(own[sample] - weight) / 2, 0);
  return { mass, reweighted, points: Math.exp(entropy), spread };
}

/** Mean squared distance between two projections. */
function meanSquare(weights: Float64Array, { data, shape: [count, k] }: NdArray, target: Target): number {
  const all = { shape: [count, k], data };
  let sum = 0;
  for (let start = 0; start < count; start += BLOCK) {
    const rows = Math.min(BLOCK, count - start);
    const block = { shape: [rows, k], data: data.subarray(start * k, (start + rows) * k) };
    const { data: distances } = target.distances(block, all);
    for (let row = 0; row < rows; row++) {
      rowOf(distances, count, row).forEach((distance, column) => {
        sum += weights[start + row] * weights[column] * distance ** 2;
      });
    }
  }
  return sum;
}
