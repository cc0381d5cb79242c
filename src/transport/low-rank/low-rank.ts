import { InputError } from "../../errors.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import type { NdArray, Numbers } from "../../tensor/ndarray.ts";
import { float64Of, ndarray } from "../../tensor/ndarray.ts";
import { hostMarginals, totalOf, type HostMarginals } from "../histograms.ts";
import type { SinkhornStatus } from "../sinkhorn/options.ts";
import { costProducts, type CostProducts } from "./cost-factors.ts";
import { columnSums, roundToMarginals, rowSums, type Factors } from "./factors.ts";
import { projectFactors, type ColumnScalings } from "./project.ts";
import { resolveLowRank, type LowRankOptions, type ResolvedLowRank } from "./options.ts";
import { clusterStart, randomStart } from "./starts.ts";

export interface LowRankResult {
  /** `<C, P>` of the coupling `P = Q diag(1 / g) R^T`, in cost units. */
  readonly value: number;
  /** Q [n, r] >= 0: rows sum to a, columns to g. */
  readonly q: NdArray<Float64Array>;
  /** R [m, r] >= 0: rows sum to b, columns to g. */
  readonly r: NdArray<Float64Array>;
  /** [r] */
  readonly g: Float64Array;
  readonly iterations: number;
  /** The objective after each step: the value, with the entropies where epsilon > 0. */
  readonly costs: readonly number[];
  readonly status: SinkhornStatus;
  /** P z: [m] -> [n] */
  apply(z: Numbers): Float64Array;
  /** P^T z: [n] -> [m] */
  applyTranspose(z: Numbers): Float64Array;
  /** P 1 [n] and P^T 1 [m], which are a and b up to rounding. */
  marginals(): [first: Float64Array, second: Float64Array];
}

/** Entries of g stay above this share of the total mass. */
const LEAST_WEIGHT = 1e-10;
/** Of the projections between steps, as a share of the total mass. */
const PROJECTION_TOLERANCE = 1e-5;
const PROJECTION_ITERATIONS = 500;
const SIDES = ["q", "r", "g"] as const;
/** Of the length of a step after one that was taken; one that would raise the objective is halved instead. */
const GROWTH = 1.2;
/** Steps from one stopping test to the next. */
const TEST_EVERY = 10;

/**
 * Optimal transport between a [n] and b [m] over couplings of low rank: mirror descent on `<C, Q diag(1 / g) R^T> - epsilon H(Q, R, g)`,
 * whose steps are projected by Dykstra's algorithm (Scetbon, Cuturi and Peyre 2021, algorithm 3; the step is gamma over the largest
 * entry of the gradient). In float64 on the host. Squared Euclidean and cosine costs of points take O((n + m) (r + d) r) time and
 * O((n + m) r) memory a step, a cost matrix O(n m r). The marginals are exact: the last factors are rounded onto them. The value
 * bounds the exact one from above and falls to it as the rank grows. Throws InputError for bad masses or options.
 */
export function lowRankSinkhorn(a: Numbers, b: Numbers, geometry: Geometry, options: LowRankOptions): LowRankResult {
  const resolved = resolveLowRank(options, geometry);
  const marginals = hostMarginals(a, b, geometry.shape);
  const { rank, start, seed } = resolved;
  const first =
    start === "kmeans"
      ? clusterStart(geometry.coordinates!, marginals, rank, seed)
      : randomStart(marginals, rank, seed);
  const cost = costProducts(geometry);
  const { factors, costs, status } = descend(cost, marginals, first, resolved);
  const shortfall = totalOf(marginals.a) / totalOf(factors.g);
  factors.g.forEach((weight, k) => (factors.g[k] = weight * shortfall));
  roundToMarginals(factors.q, marginals.a, factors.g);
  roundToMarginals(factors.r, marginals.b, factors.g);
  const { value } = gradientOf(cost, factors, 0);
  return resultOf(factors, geometry.shape, { value, costs, status, iterations: costs.length });
}

function descend(
  cost: CostProducts,
  { a, b }: HostMarginals,
  start: Factors,
  { epsilon, gamma, maxIterations, tolerance }: ResolvedLowRank,
): { factors: Factors; costs: number[]; status: SinkhornStatus } {
  const total = totalOf(a);
  const projection = {
    leastWeight: LEAST_WEIGHT * total,
    tolerance: PROJECTION_TOLERANCE * total,
    maxIterations: PROJECTION_ITERATIONS,
  };
  let factors = start;
  let gradient = gradientOf(cost, factors, epsilon);
  let length = gamma;
  // the logarithms of the last projection's scalings, for a step of one: near the end they hardly change
  let slopes: ColumnScalings = [new Float64Array(start.g.length), new Float64Array(start.g.length)];
  const costs: number[] = [];
  while (costs.length < maxIterations) {
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
    if (!Number.isFinite(nextGradient.value)) return { factors, costs, status: "non-finite" };
    const isBetter = nextGradient.value < gradient.value;
    length = isBetter ? Math.min(gamma, length * GROWTH) : length / 2;
    if (isBetter) [factors, gradient] = [next, nextGradient];
    costs.push(gradient.value);
    const before = costs[costs.length - 1 - TEST_EVERY];
    if (costs.length % TEST_EVERY === 0 && before - gradient.value <= tolerance * Math.abs(gradient.value)) {
      return { factors, costs, status: "converged" };
    }
  }
  return { factors, costs, status: "max-iterations" };
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

type Gradient = Factors & { readonly value: number };

/** The objective and its gradient in the three factors. */
function gradientOf(cost: CostProducts, { q, r, g }: Factors, epsilon: number): Gradient {
  const rank = g.length;
  const ofQ = cost.apply(r, rank);
  const ofR = cost.applyTranspose(q, rank);
  const shares = new Float64Array(rank); // <Q_k, C R_k>
  for (let at = 0; at < q.length; at++) shares[at % rank] += q[at] * ofQ[at];
  for (const part of [ofQ, ofR]) for (let at = 0; at < part.length; at++) part[at] /= g[at % rank];
  const ofG = shares.map((share, k) => -share / g[k] ** 2);
  let value = shares.reduce((sum, share, k) => sum + share / g[k], 0);
  if (epsilon > 0) {
    value += epsilon * (addEntropy(q, ofQ, epsilon) + addEntropy(r, ofR, epsilon) + addEntropy(g, ofG, epsilon));
  }
  return { q: ofQ, r: ofR, g: ofG, value };
}

/** sum x (log x - 1), whose gradient is added to another; where x is 0 it stays so, whatever the gradient. */
function addEntropy(x: Float64Array, gradient: Float64Array, epsilon: number): number {
  let sum = 0;
  for (let at = 0; at < x.length; at++) {
    if (x[at] === 0) continue;
    const log = Math.log(x[at]);
    gradient[at] += epsilon * log;
    sum += x[at] * (log - 1);
  }
  return sum;
}

function resultOf(
  { q, r, g }: Factors,
  shape: readonly [number, number],
  report: Pick<LowRankResult, "value" | "costs" | "status" | "iterations">,
): LowRankResult {
  const [n, m] = shape;
  const rank = g.length;
  /** left diag(1 / g) right^T z */
  const product = (left: Float64Array, right: Float64Array, z: Numbers): Float64Array => {
    const given = float64Of(z, "vector z");
    if (given.length !== right.length / rank) {
      throw new InputError(`low-rank plan: expected ${right.length / rank} numbers, got ${given.length}`);
    }
    const weights = columnSums(
      right.map((entry, at) => entry * given[Math.floor(at / rank)]),
      rank,
    ).map((sum, k) => sum / g[k]);
    return rowSums(
      left.map((entry, at) => entry * weights[at % rank]),
      rank,
    );
  };
  return {
    ...report,
    q: ndarray(q, [n, rank]),
    r: ndarray(r, [m, rank]),
    g,
    apply: (z) => product(q, r, z),
    applyTranspose: (z) => product(r, q, z),
    marginals: () => [product(q, r, new Float64Array(m).fill(1)), product(r, q, new Float64Array(n).fill(1))],
  };
}
