import { InputError } from "../../errors.ts";
import type { Metric } from "../../spaces/metric.ts";
import { float64Of, ndarray, type NdArray } from "../../tensor/ndarray.ts";

/**
 * The Gromov-Wasserstein objective, linearised at a plan P [nx, ny] of any mass >= 0:
 *
 *     L_ij = sum over i', j' of (dX(i, i') - dY(j, j'))^2 P_i'j' = (dX^2 p)_i + (dY^2 q)_j - 2 (dX P dY)_ij
 *
 * with squares entry by entry and P's marginals p and q (Peyre, Cuturi, Solomon 2016, proposition 1): two matrix products, no
 * 4-tensor. It is half the gradient, and <L, P> is the objective. Negative entries can only be rounding. [nx, ny], in the
 * distances' units squared.
 */
export function gromovCost(metricX: Metric, metricY: Metric, plan: NdArray): NdArray<Float64Array> {
  const data = planNumbers(metricX, metricY, plan);
  const [n, m] = [metricX.points, metricY.points];
  const [p, q] = planMarginalsOf(data, n, m);
  const [squaresX, squaresY] = [metricX.squaredProduct(p), metricY.squaredProduct(q)];
  const cost = metricY.rightProduct(metricX.product(data, m), n); // dX P dY
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) cost[at] = squaresX[i] + squaresY[j] - 2 * cost[at];
  }
  return ndarray(cost, [n, m]);
}

/**
 * sum of (dX(i, i') - dY(j, j'))^2 P_ij P_i'j' over all i, i', j, j', at a plan P [nx, ny]. Not negative: what rounding would
 * leave below zero is zero.
 */
export function gromovObjective(metricX: Metric, metricY: Metric, plan: NdArray): number {
  const { data: cost } = gromovCost(metricX, metricY, plan);
  return nonnegative(innerProduct(cost, float64Of(plan.data, "plan")));
}

/** A value that is not negative but for rounding; NaN stays NaN. */
export function nonnegative(value: number): number {
  return value < 0 ? 0 : value;
}

export function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

/** P 1 [n] and P^T 1 [m]. */
export function planMarginalsOf(plan: Float64Array, n: number, m: number): [first: Float64Array, second: Float64Array] {
  const [first, second] = [new Float64Array(n), new Float64Array(m)];
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < m; j++, at++) {
      sum += plan[at];
      second[j] += plan[at];
    }
    first[i] = sum;
  }
  return [first, second];
}

function planNumbers(metricX: Metric, metricY: Metric, { data, shape }: NdArray): Float64Array {
  if (shape.length !== 2 || shape[0] !== metricX.points || shape[1] !== metricY.points) {
    const expected = `[${metricX.points}, ${metricY.points}]`;
    throw new InputError(
      `plan: expected ${expected}, a row a point of X and a column a point of Y, got [${shape.join(", ")}]`,
    );
  }
  return ndarray(float64Of(data, "plan"), shape).data;
}
