import { InputError } from "../../errors.ts";
import { requireGeometry } from "../../geometry/checks.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import type { NdArray, Numbers } from "../../tensor/ndarray.ts";
import { float64Of, ndarray } from "../../tensor/ndarray.ts";
import { hostMarginals, totalOf, type HostMarginals } from "../histograms.ts";
import type { SinkhornStatus } from "../sinkhorn/options.ts";
import { costProducts, type CostProducts } from "./cost-factors.ts";
import { descend, type Descent, type Position } from "./descend.ts";
import { columnSums, roundToMarginals, rowSums, type Factors } from "./factors.ts";
import { gradientOf } from "./objective.ts";
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
  /** Steps of the start that was followed, those included that were tried and not taken. */
  readonly iterations: number;
  /** The objective after each step that was taken: the value, with the entropies where epsilon > 0. */
  readonly costs: readonly number[];
  readonly status: SinkhornStatus;
  /** P z: [m] -> [n] */
  apply(z: Numbers): Float64Array;
  /** P^T z: [n] -> [m] */
  applyTranspose(z: Numbers): Float64Array;
  /** P 1 [n] and P^T 1 [m], which are a and b up to rounding. */
  marginals(): [first: Float64Array, second: Float64Array];
}

/** Of each of several starts. */
const TRIAL_ITERATIONS = 50;

/**
 * Optimal transport between a [n] and b [m] over couplings of low rank: mirror descent on `<C, Q diag(1 / g) R^T> - epsilon H(Q, R, g)`,
 * whose steps are projected by Dykstra's algorithm (Scetbon, Cuturi and Peyre 2021, algorithm 3; the step is gamma over the largest
 * entry of the gradient). In float64 on the host. Squared Euclidean and cosine costs of points take O((n + m) (r + d) r) time and
 * O((n + m) r) memory a step, a cost matrix O(n m r). The marginals are exact: the last factors are rounded onto them. The value
 * bounds the exact one from above and falls to it as the rank grows. Throws InputError for bad masses or options.
 */
export function lowRankSinkhorn(a: Numbers, b: Numbers, geometry: Geometry, options: LowRankOptions): LowRankResult {
  requireGeometry(geometry, "lowRankSinkhorn");
  const resolved = resolveLowRank(options, geometry);
  const marginals = hostMarginals(a, b, geometry.shape);
  const cost = costProducts(geometry);
  const { factors, costs, iterations, status } = bestOf(cost, geometry, marginals, resolved);
  const shortfall = totalOf(marginals.a) / totalOf(factors.g);
  factors.g.forEach((weight, k) => (factors.g[k] = weight * shortfall));
  roundToMarginals(factors.q, marginals.a, factors.g);
  roundToMarginals(factors.r, marginals.b, factors.g);
  const { value } = gradientOf(cost, factors, 0);
  return resultOf(factors, geometry.shape, { value, costs, iterations, status });
}

/** The best of several starts, as it is after some steps of each, followed to its end. */
function bestOf(cost: CostProducts, geometry: Geometry, marginals: HostMarginals, options: ResolvedLowRank): Descent {
  const { starts, maxIterations } = options;
  if (starts === 1) return descend(cost, marginals, startOf(geometry, marginals, options, 0), options);
  const trial = { ...options, maxIterations: Math.min(TRIAL_ITERATIONS, maxIterations) };
  let best: Descent | undefined;
  for (let index = 0; index < starts; index++) {
    const tried = descend(cost, marginals, startOf(geometry, marginals, options, index), trial);
    if (!best || lastOf(tried) < lastOf(best)) best = tried;
  }
  const { costs, iterations, status } = best!;
  if (status !== "max-iterations" || iterations >= maxIterations) return best!;
  const rest = descend(cost, marginals, best!, { ...options, maxIterations: maxIterations - iterations });
  return { ...rest, iterations: iterations + rest.iterations, costs: [...costs, ...rest.costs] };
}

function lastOf({ costs }: Descent): number {
  return costs.at(-1) ?? Infinity;
}

function startOf(
  { coordinates }: Geometry,
  marginals: HostMarginals,
  { rank, start, seed, gamma }: ResolvedLowRank,
  index: number,
): Position {
  const isClustered = start === "kmeans" || (start === "auto" && index === 0);
  const factors =
    isClustered && coordinates
      ? clusterStart(coordinates, marginals, rank, seed + index)
      : randomStart(marginals, rank, seed + index);
  return { factors, length: gamma, slopes: [new Float64Array(rank), new Float64Array(rank)] };
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
