import type { Coordinates, HostKernel } from "./geometry.ts";
import { NEGLIGIBLE } from "./log-sum.ts";
import { POINT_COSTS } from "./point-cost.ts";

/** Float64 operators of points in TypeScript alone: the costs of a row are formed, used and forgotten. */
export function plainCloudKernel(coordinates: Coordinates, epsilon: number): HostKernel {
  const turned = { ...coordinates, x: coordinates.y, y: coordinates.x };
  const inverse = 1 / epsilon;

  /** out_i = reduce(C_i0 .., x) */
  const overRows =
    ({ x: { data: left, shape }, y: { data: right }, cost }: Coordinates, reduce: RowSum) =>
    (values: Float64Array, out: Float64Array): Float64Array => {
      const d = shape[1];
      const rule = POINT_COSTS[cost];
      const costs = new Float64Array(values.length);
      for (let i = 0; i < out.length; i++) {
        for (let j = 0; j < costs.length; j++) costs[j] = rule.cost(left, i * d, right, j * d, d);
        out[i] = reduce(costs, values, inverse);
      }
      return out;
    };

  return {
    epsilon,
    apply: overRows(coordinates, sum),
    applyTranspose: overRows(turned, sum),
    applyCost: overRows(coordinates, sumOfCosts),
    logApply: overRows(coordinates, (costs, values) => logSum(costs, values, inverse, 0)),
    logApplyTranspose: overRows(turned, (costs, values) => logSum(costs, values, inverse, 0)),
    logApplyCost: overRows(coordinates, (costs, values) => logSum(costs, values, inverse, 1)),
  };
}

type RowSum = (costs: Float64Array, values: Float64Array, inverse: number) => number;

function sum(costs: Float64Array, values: Float64Array, inverse: number): number {
  let total = 0;
  for (let j = 0; j < costs.length; j++) total += Math.exp(-costs[j] * inverse) * values[j];
  return total;
}

function sumOfCosts(costs: Float64Array, values: Float64Array, inverse: number): number {
  let total = 0;
  for (let j = 0; j < costs.length; j++) total += costs[j] * Math.exp(-costs[j] * inverse) * values[j];
  return total;
}

/** log sum_j C_j^power exp(values_j - C_j / epsilon), power 0 or 1. Overwrites the costs by the terms. */
function logSum(costs: Float64Array, values: Float64Array, inverse: number, power: 0 | 1): number {
  let largest = -Infinity;
  for (let j = 0; j < costs.length; j++) {
    const weight = power === 1 ? Math.log(costs[j]) : 0;
    costs[j] = values[j] - costs[j] * inverse + weight;
    if (costs[j] > largest) largest = costs[j];
  }
  if (largest === -Infinity) return -Infinity;
  let total = 0;
  for (let j = 0; j < costs.length; j++) {
    const below = costs[j] - largest;
    if (below > NEGLIGIBLE) total += Math.exp(below);
  }
  return largest + Math.log(total);
}
