import { EXPONENTIAL, repeatedCost, sumOfCosts, type KernelCost } from "../cost.ts";
import { kernelLimits } from "../limits.ts";
import { planReduction } from "./reduction.ts";
import type { CostSource } from "./source.ts";

/** Of a term of a running log-sum-exp: its exponent, maximum, difference and sum beside the exponential. */
const OPERATIONS_A_TERM = 5 + EXPONENTIAL;
/** Of an axis of a pair of points: a difference, and its square added. */
const OPERATIONS_AN_AXIS = 3;

/** What of a source says how much work its passes are; costs or points that one binding holds. */
export type SourceSizes = Pick<CostSource, "shape" | "dimension" | "lanes">;

/** Of one half step of so many pairs (`logSum`). What every pair reads anew counts for each, the costs for all of them once. */
export function halfStepCost(sizes: SourceSizes, transposed: boolean, pairs: number): KernelCost {
  const [n, m] = sizes.shape;
  const [outputs, reduced] = transposed ? [m, n] : [n, m];
  const sides = { outputs: { from: 0, count: outputs }, reduced: { from: 0, count: reduced } };
  const whole = { ...sides, buffers: [], strides: [1, 1] as const };
  const { steps, parts, pairsALane } = planReduction({ ...sizes, blocks: () => [whole] }, transposed, pairs);
  const costs = sizes.dimension === 0 ? n * m : (n + m) * sizes.dimension;
  const formed = OPERATIONS_AN_AXIS * sizes.dimension * Math.ceil(pairs / pairsALane);
  const result = pairs * outputs;
  const operations = n * m * (formed + OPERATIONS_A_TERM * pairs);
  const inputs = costs + 2 * steps.length * pairs * reduced;
  if (parts === 1) return { launches: steps.length, bytes: 4 * (inputs + result), operations };
  const partNumbers = 2 * parts * outputs;
  const groups = Math.ceil(pairs / Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / (4 * partNumbers))));
  return {
    launches: groups * (steps.length + 1),
    bytes: 4 * (inputs + (groups - 1) * costs + 2 * partNumbers * pairs + result),
    operations: operations + partNumbers * pairs * EXPONENTIAL,
  };
}

/** Of so many iterations of balanced Sinkhorn. */
export function iterationsCost(sizes: SourceSizes, pairs: number, iterations: number): KernelCost {
  const both = sumOfCosts(halfStepCost(sizes, false, pairs), halfStepCost(sizes, true, pairs));
  return repeatedCost(both, iterations);
}
