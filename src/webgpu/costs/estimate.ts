import { EXPONENTIAL, sumOfCosts, type KernelCost } from "../cost.ts";
import { matrixLanes } from "./matrix.ts";
import { pointLanes } from "./points.ts";
import { planReduction } from "./plan.ts";

/** A balanced or unbalanced Sinkhorn problem whose costs are a matrix, or those of points. */
export interface CostWork {
  readonly shape: readonly [n: number, m: number];
  /** Of points; 0: a matrix. */
  readonly dimension: number;
  readonly pairs: number;
  /** Whether costs of points are taken as products, which `pointSource` does at large epsilons. */
  readonly products?: boolean;
  readonly unbalanced?: boolean;
}

/**
 * What one iteration, two half steps, takes of a device. With p pairs and p' = ceil(p / 4) (p below 4: p' = p):
 *
 * - a matrix: `2 p' 4 n m` bytes and `2 n m 13 p` operations: memory bounds it;
 * - points: `2 * 4 (n + m) d` bytes and `2 n m (3 d + 13 p)` operations, of products 2 d for 3 d: arithmetic bounds it;
 * - both: `2 * 4 p * 2 (n + m)` bytes of vectors and more. One launch a half step; a second one where few outputs would leave a device
 *   idle and the other side is split; one for lambda; and half steps of more than 2e10 operations are cut, so that no launch takes long.
 */
export function estimateIteration({
  shape,
  dimension,
  pairs,
  products = false,
  unbalanced = false,
}: CostWork): KernelCost {
  const directions = [false, true].map((transposed) => {
    const [outputs, reduced] = transposed ? [shape[1], shape[0]] : shape;
    const source = {
      shape,
      dimension,
      operationsAnAxis: products ? 2 : 3,
      lanes: dimension > 0 ? pointLanes : matrixLanes,
      blocks: () => [
        {
          outputs: { from: 0, count: outputs },
          reduced: { from: 0, count: reduced },
          buffers: [],
          strides: [1, 1] as const,
        },
      ],
    };
    const { steps, parts, pairsALane } = planReduction(source, transposed, pairs);
    const costs = dimension > 0 ? (outputs + reduced) * dimension : Math.ceil(pairs / pairsALane) * outputs * reduced;
    const vectors = pairs * (2 * reduced + 2 * outputs);
    const partial = parts > 1 ? 4 * pairs * parts * outputs : 0; // written and read, two numbers each
    return {
      launches: steps.length + (parts > 1 ? 1 : 0),
      bytes: 4 * (costs + vectors + partial),
      operations: steps.reduce((sum, { operations }) => sum + operations, 0),
    };
  });
  const points = pairs * (shape[0] + shape[1]);
  const translation = { launches: 1, bytes: 8 * points, operations: (EXPONENTIAL + 4) * points };
  return sumOfCosts(...directions, ...(unbalanced ? [translation] : []));
}
