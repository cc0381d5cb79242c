import { RunError } from "../../errors.ts";
import { hostPlan } from "../../geometry/host-plan.ts";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import type { HostPlan } from "../../geometry/plan.ts";
import { totalOf, type HostMarginals } from "../histograms.ts";
import { sinkhornAccelerated } from "../sinkhorn/accelerated.ts";
import type { SinkhornHostResult } from "../sinkhorn/exact-iterate.ts";
import { sinkhornHost, type SinkhornHostOptions } from "../sinkhorn/host.ts";
import { klPotentials } from "../sinkhorn/objective.ts";
import { checkSinkhornOptions } from "../sinkhorn/options.ts";
import { requireBalanced } from "../sinkhorn/rho.ts";
import { sinkhornSymmetricHost } from "../sinkhorn/symmetric.ts";

/** An entropic problem with its solution, as what differentiates through it needs it. */
export interface Solved {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly geometry: Geometry;
  readonly epsilon: number;
  /** fKL [n] and gKL [m], cost units, finite at zero masses: P = a b^T exp((f + g - C) / epsilon). */
  readonly f: Float64Array;
  readonly g: Float64Array;
  /** P */
  readonly plan: HostPlan;
  /** P / a: rows of sum one, those of points without mass too. */
  readonly byRows: HostPlan;
  /** P / b: columns of sum one. */
  readonly byColumns: HostPlan;
  /** Whether the points or the entries of the cost are variables; a grid has none. */
  readonly hasSlopes: boolean;
}

/** One that Sinkhorn has found. */
export interface SolvedBySinkhorn extends Solved {
  readonly solution: SinkhornHostResult;
}

/**
 * Solves (a, b), with over-relaxation unless the options say how. Options are those of `sinkhornHost`. Totals that differ by a rounding of
 * float32 are made equal: no iteration would meet both to more digits than that.
 */
export function solvePair(given: HostMarginals, geometry: Geometry, options: SinkhornHostOptions): SolvedBySinkhorn {
  checkSinkhornOptions(options);
  requireBalanced(options.rho, "implicit differentiation");
  const { a } = given;
  const excess = totalOf(a) / totalOf(given.b);
  const b = excess === 1 ? given.b : given.b.map((mass) => mass * excess);
  const own = options.momentum !== undefined || options.epsilonScaling !== undefined || options.onIteration;
  const solution = (own ? sinkhornHost : sinkhornAccelerated)(a, b, geometry, options);
  const { fKL, gKL } = klPotentials(geometry, solution);
  return { ...solvedWith({ a, b }, geometry, { f: fKL, g: gKL, epsilon: options.epsilon }), solution };
}

/** Solves (a, a) under a symmetric cost, where f = g. */
export function solveSelf(a: Float64Array, geometry: Geometry, options: SinkhornHostOptions): SolvedBySinkhorn {
  checkSinkhornOptions(options);
  requireBalanced(options.rho, "implicit differentiation");
  const { epsilon, domain, tolerance = 1e-9, maxIterations = 10_000 } = options;
  const solution = sinkhornSymmetricHost(a, geometry, { epsilon, domain, tolerance, maxIterations });
  const { fKL } = klPotentials(geometry, solution);
  return { ...solvedWith({ a, b: a }, geometry, { f: fKL, g: fKL, epsilon }), solution };
}

/** The problem at potentials fKL and gKL. */
export function solvedWith(
  { a, b }: HostMarginals,
  geometry: Geometry,
  { f, g, epsilon }: { readonly f: Float64Array; readonly g: Float64Array; readonly epsilon: number },
): Solved {
  const [u, v] = [f, g].map((potential) => potential.map((value) => value / epsilon));
  const [withA, withB] = [u.map((value, i) => value + Math.log(a[i])), v.map((value, j) => value + Math.log(b[j]))];
  return {
    a,
    b,
    geometry,
    epsilon,
    f,
    g,
    plan: hostPlan(geometry, epsilon, withA, withB),
    byRows: hostPlan(geometry, epsilon, u, withB),
    byColumns: hostPlan(geometry, epsilon, withA, v),
    hasSlopes: !isGrid(geometry),
  };
}

/** Throws RunError unless the solution has converged: what follows is the derivative of the solution, not of the iterations. */
export function requireConverged(
  { solution: { status, errors, iterations } }: SolvedBySinkhorn,
  operation: string,
): void {
  if (status === "converged") return;
  throw new RunError(
    `${operation}: ${status} after ${iterations} iterations with error ${errors.at(-1)}; derivatives of the solution need ` +
      "convergence: take a larger epsilon or tolerance, or more iterations",
  );
}

/** P / (a b^T) applied to x: sum_j exp((f_i + g_j - C_ij) / epsilon) x_j, finite wherever x is zero. */
export function ratioApply({ geometry, epsilon, f, g }: Solved, x: Float64Array): Float64Array {
  const v = g.map((value, j) => (x[j] === 0 ? -Infinity : value / epsilon));
  const u = f.map((value) => value / epsilon);
  return hostPlan(geometry, epsilon, u, v).apply(x, new Float64Array(f.length));
}

export function ratioApplyTranspose({ geometry, epsilon, f, g }: Solved, x: Float64Array): Float64Array {
  const u = f.map((value, i) => (x[i] === 0 ? -Infinity : value / epsilon));
  const v = g.map((value) => value / epsilon);
  return hostPlan(geometry, epsilon, u, v).applyTranspose(x, new Float64Array(g.length));
}
