import { requireGeometry } from "../../geometry/checks.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import type { Numbers } from "../../tensor/ndarray.ts";
import { hostMarginals } from "../histograms.ts";
import type { SinkhornHostResult } from "../sinkhorn/exact-iterate.ts";
import type { SinkhornHostOptions } from "../sinkhorn/host.ts";
import type { LinearOptions } from "./conjugate-gradients.ts";
import { potentialChange } from "./linear-system.ts";
import { geometrySlopes, geometrySlopesChange } from "./slopes.ts";
import { requireConverged, solvePair, type Solved } from "./solved.ts";
import {
  balanced,
  fullDirection,
  inner,
  sumOf,
  type Direction,
  type FullDirection,
  type VariableSlopes,
} from "./variables.ts";

export type ImplicitOptions = SinkhornHostOptions & LinearOptions;

export interface EntropicGradient extends VariableSlopes {
  /** min <P, C> + epsilon KL(P | a b^T), cost units. */
  readonly value: number;
  readonly solution: SinkhornHostResult;
}

/**
 * `OT(a, b) = min <P, C> + epsilon KL(P | a b^T)` of a [n] and b [m] in float64, with its gradient by the envelope theorem: fKL and gKL in
 * the masses (given up to a constant: their sums are made equal), sum_j P_ij dC_ij/dx_i in the points of a cloud, P in the entries of a
 * cost matrix, KL(P | a b^T) in epsilon. Finite at zero masses; no matrix is formed for points. Options are those of `sinkhornHost`, with
 * over-relaxation chosen on the way unless `momentum` says otherwise. Its error is that of the potentials, see `solution.status`.
 * Throws InputError for bad masses or options.
 */
export function entropicGradient(
  a: Numbers,
  b: Numbers,
  geometry: Geometry,
  options: ImplicitOptions,
): EntropicGradient {
  requireGeometry(geometry, "entropicGradient");
  const problem = solvePair(hostMarginals(a, b, geometry.shape), geometry, options);
  return { ...gradientOf(problem), value: valueOf(problem), solution: problem.solution };
}

/**
 * The Hessian of `OT(a, b)` times a direction, [same shapes as the gradient]: how `entropicGradient` changes as masses, points or entries,
 * and epsilon move along it. By implicit differentiation of the converged potentials: a linear system, solved by conjugate gradients on
 * the plan as an operator, nothing of size n x m. Masses move with equal totals: what the sums of the direction differ by is taken out.
 * Throws InputError for a bad direction, RunError where Sinkhorn or the linear system does not converge.
 */
export function entropicHessianProduct(
  a: Numbers,
  b: Numbers,
  geometry: Geometry,
  direction: Direction,
  options: ImplicitOptions,
): VariableSlopes {
  requireGeometry(geometry, "entropicHessianProduct");
  const problem = solvePair(hostMarginals(a, b, geometry.shape), geometry, options);
  requireConverged(problem, "entropicHessianProduct");
  return hessianProductOf(problem, fullDirection(direction, geometry), options);
}

/** <f, a> + <g, b> - epsilon (sum P - M^2), of second order in the error of the potentials. */
export function valueOf({ a, b, f, g, epsilon }: Solved): number {
  return inner(f, a) + inner(g, b) + epsilon * sumOf(a) * (sumOf(b) - 1);
}

export function gradientOf(problem: Solved): VariableSlopes {
  const { b, f, g, epsilon } = problem;
  const excess = epsilon * (sumOf(b) - 1);
  const [ofA, ofB] = [f.map((value) => value + excess), g.map((value) => value + excess)];
  return { ...balanced(ofA, ofB), ...geometrySlopes(problem) };
}

export function hessianProductOf(problem: Solved, direction: FullDirection, options: LinearOptions): VariableSlopes {
  const change = potentialChange(problem, direction, options);
  const excess = problem.epsilon * sumOf(direction.b) + direction.epsilon * (sumOf(problem.b) - 1);
  const [ofA, ofB] = [change.f.map((value) => value + excess), change.g.map((value) => value + excess)];
  return { ...balanced(ofA, ofB), ...geometrySlopesChange(problem, direction, change) };
}
