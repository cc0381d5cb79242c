import { totalOf, type HostMarginals } from "../histograms.ts";
import type { SinkhornStatus } from "../sinkhorn/options.ts";
import type { CostProducts } from "./cost-factors.ts";
import type { Factors } from "./factors.ts";
import { gradientOf } from "./objective.ts";
import type { ResolvedLowRank } from "./options.ts";
import { projectFactors, type ColumnScalings } from "./project.ts";

/** Entries of g stay above this share of the total mass. */
const LEAST_WEIGHT = 1e-10;
/** Of the projections between steps, as a share of the total mass. */
const PROJECTION_TOLERANCE = 1e-6;
const PROJECTION_ITERATIONS = 500;
const SIDES = ["q", "r", "g"] as const;
/** Of the length of a step after one that was taken; one that would raise the objective is halved instead. */
const GROWTH = 1.2;
/** A shorter step, as a share of the longest, does not come: nothing lowers the objective. */
const SHORTEST = 1e-6;
/** Steps from one stopping test to the next. */
const TEST_EVERY = 10;

/** Where a descent is. */
export interface Position {
  readonly factors: Factors;
  /** Of the next step. */
  readonly length: number;
  /** The logarithms of the last projection's scalings, for a step of one: near the end they hardly change. */
  readonly slopes: ColumnScalings;
}

export interface Descent extends Position {
  readonly costs: readonly number[];
  readonly iterations: number;
  readonly status: SinkhornStatus;
}

/** Mirror descent from a position until nothing lowers the objective, it changes little, or the iterations are spent. */
export function descend(
  cost: CostProducts,
  { a, b }: HostMarginals,
  from: Position,
  { epsilon, gamma, maxIterations, tolerance }: ResolvedLowRank,
): Descent {
  const total = totalOf(a);
  const projection = {
    leastWeight: LEAST_WEIGHT * total,
    tolerance: PROJECTION_TOLERANCE * total,
    maxIterations: PROJECTION_ITERATIONS,
  };
  let { factors, length, slopes } = from;
  let gradient = gradientOf(cost, factors, epsilon);
  const costs: number[] = [];
  let iterations = 0;
  while (iterations < maxIterations) {
    iterations++;
    const largest = SIDES.reduce((most, side) => Math.max(most, largestOf(gradient[side])), Number.MIN_VALUE);
    const step = length / largest;
    const moved = (side: keyof Factors) => raised(factors[side], gradient[side], step);
    const warm: ColumnScalings = [
      slopes[0].map((slope) => Math.exp(slope * step)),
      slopes[1].map((slope) => Math.exp(slope * step)),
    ];
    const { factors: next, scalings } = projectFactors(
      { q: moved("q"), r: moved("r"), g: moved("g") },
      [a, b],
      warm,
      projection,
    );
    slopes = [scalings[0].map((v) => Math.log(v) / step), scalings[1].map((v) => Math.log(v) / step)];
    const nextGradient = gradientOf(cost, next, epsilon);
    if (!Number.isFinite(nextGradient.value))
      return { factors, length, slopes, costs, iterations, status: "non-finite" };
    if (!(nextGradient.value < gradient.value)) {
      length /= 2;
      if (length < gamma * SHORTEST) return { factors, length, slopes, costs, iterations, status: "converged" };
      continue;
    }
    length = Math.min(gamma, length * GROWTH);
    [factors, gradient] = [next, nextGradient];
    costs.push(gradient.value);
    const before = costs[costs.length - 1 - TEST_EVERY];
    if (costs.length % TEST_EVERY === 0 && before - gradient.value <= tolerance * Math.abs(gradient.value)) {
      return { factors, length, slopes, costs, iterations, status: "converged" };
    }
  }
  return { factors, length, slopes, costs, iterations, status: "max-iterations" };
}

/** factor exp(-step gradient), up to one number a row, which a projection takes out again. */
function raised(factor: Float64Array, gradient: Float64Array, step: number): Float64Array {
  return factor.map((entry, at) => entry * Math.exp(-step * gradient[at]));
}

function largestOf(values: Float64Array): number {
  let largest = 0;
  for (let at = 0; at < values.length; at++) largest = Math.max(largest, Math.abs(values[at]));
  return largest;
}
