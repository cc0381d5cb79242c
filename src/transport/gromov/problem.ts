import { InputError } from "../../errors.ts";
import type { Space } from "../../spaces/space.ts";
import { float64Of, ndarray, type NdArray } from "../../tensor/ndarray.ts";
import type { ResolvedOptions, Rho } from "./options.ts";
import { gromovCost, innerProduct, nonnegative } from "./objective.ts";

/** A fused Gromov-Wasserstein problem whose input has been checked. */
export interface GromovProblem {
  readonly x: Space;
  readonly y: Space;
  readonly n: number;
  readonly m: number;
  /** M [n, m] */
  readonly features: Float64Array | undefined;
  readonly alpha: number;
  readonly rho: Rho;
}

/** Throws InputError. */
export function gromovProblem(x: Space, y: Space, { features, alpha, rho }: ResolvedOptions): GromovProblem {
  const [n, m] = [x.metric.points, y.metric.points];
  return { x, y, n, m, features: features && matrixOfPairs(features, n, m, "features"), alpha, rho };
}

/** A matrix [n, m] of finite numbers, in float64. Throws InputError. */
export function matrixOfPairs({ data, shape }: NdArray, n: number, m: number, name: string): Float64Array {
  if (shape.length !== 2 || shape[0] !== n || shape[1] !== m) {
    throw new InputError(
      `${name}: expected [${n}, ${m}], a row a point of X and a column a point of Y, got [${shape.join(", ")}]`,
    );
  }
  const numbers = ndarray(float64Of(data, name), shape).data;
  const bad = numbers.findIndex((entry) => !Number.isFinite(entry));
  if (bad >= 0) {
    throw new InputError(
      `${name}: expected finite numbers, got ${numbers[bad]} at [${Math.floor(bad / m)}, ${bad % m}]`,
    );
  }
  return numbers;
}

/** L of `gromovCost`, at a plan or, as it is linear, at a difference of plans. */
export function gromovCostAt({ x, y, n, m }: GromovProblem, plan: Float64Array): Float64Array {
  return gromovCost(x.metric, y.metric, ndarray(plan, [n, m])).data;
}

/** The gradient of the value, 2 alpha L + (1 - alpha) M, which is the cost of the linearised problem. */
export function gradientOf({ alpha, features }: GromovProblem, gromov: Float64Array): Float64Array {
  return features
    ? gromov.map((entry, at) => 2 * alpha * entry + (1 - alpha) * features[at])
    : gromov.map((entry) => 2 * alpha * entry);
}

/** alpha <L, P> + (1 - alpha) <M, P> */
export function valueOf({ alpha, features }: GromovProblem, gromov: Float64Array, plan: Float64Array): number {
  const distances = alpha * nonnegative(innerProduct(gromov, plan));
  return features ? distances + (1 - alpha) * innerProduct(features, plan) : distances;
}
