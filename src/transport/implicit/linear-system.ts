// The linear systems of a converged problem. With R = P / a (rows of sum one) and Q = P / b (columns of sum one) the potentials move as
//   df + R dg = rho,   Q^T df + dg = sigma,
// which is the Hessian of the dual divided by the masses, so that points without mass are no exception.
import { conjugateGradients, type LinearOptions } from "./conjugate-gradients.ts";
import { ratioApply, ratioApplyTranspose, type Solved } from "./solved.ts";
import type { FullDirection } from "./variables.ts";

/** What goes with the two potentials: f [n] and g [m]. */
export interface PotentialPair {
  readonly f: Float64Array;
  readonly g: Float64Array;
}

/** How f and g move along a direction, up to a constant added to f and taken from g; exactly where `isSelf`: (a, a) with f = g. */
export function potentialChange(
  problem: Solved,
  direction: FullDirection,
  options: LinearOptions,
  isSelf = false,
): PotentialPair {
  const { byRows } = problem;
  const { f: rho, g: sigma } = forces(problem, direction, isSelf);
  const apply = (x: Float64Array): Float64Array => byRows.apply(x, new Float64Array(rho.length));
  const rest = (x: Float64Array): Float64Array => apply(x).map((value, i) => rho[i] - value);
  if (isSelf) {
    const solved = conjugateGradients((x) => addTo(apply(x), x), rho, problem.a, false, options);
    const change = rest(solved);
    return { f: change, g: change };
  }
  const solved = solveSchur(problem, transposed(problem, rho, sigma), options);
  const f = rest(solved);
  return { f, g: transposed(problem, f, sigma) };
}

/**
 * The transposed system `lambda + Q mu = F, R^T lambda + mu = G`: what a gradient F [n], G [m] in the potentials means for the two
 * equations. The sums of F and G are equal.
 */
export function pullBackPotentials(
  problem: Solved,
  { f: slopeF, g: slopeG }: PotentialPair,
  options: LinearOptions,
): { readonly lambda: Float64Array; readonly mu: Float64Array } {
  const { a, b, plan } = problem;
  const [n, m] = plan.shape;
  // mu = b z where there is mass; elsewhere R has no entries and mu is G itself.
  const unmoved = slopeG.map((value, j) => (b[j] === 0 ? value : 0));
  const fromUnmoved = unmoved.some((value) => value !== 0)
    ? problem.byColumns.apply(unmoved, new Float64Array(n))
    : new Float64Array(n);
  const left = slopeF.map((value, i) => value - fromUnmoved[i]);
  // R^T left / b = Q^T (left / a) where both have mass
  const perMass = left.map((value, i) => (a[i] > 0 ? value / a[i] : 0));
  const passed = problem.byColumns.applyTranspose(perMass, new Float64Array(m));
  const right = slopeG.map((value, j) => (b[j] > 0 ? value / b[j] - passed[j] : 0));
  const z = solveSchur(problem, right, options);
  const mu = z.map((value, j) => (b[j] > 0 ? b[j] * value : unmoved[j]));
  const moved = problem.byColumns.apply(mu, new Float64Array(n));
  return { lambda: slopeF.map((value, i) => value - moved[i]), mu };
}

/** z - Q^T R z = right, up to a constant. */
function solveSchur({ b, byRows, byColumns, plan }: Solved, right: Float64Array, options: LinearOptions): Float64Array {
  const [n, m] = plan.shape;
  const [first, second] = [new Float64Array(n), new Float64Array(m)];
  const schur = (x: Float64Array): Float64Array => {
    byColumns.applyTranspose(byRows.apply(x, first), second);
    return x.map((value, j) => value - second[j]);
  };
  return conjugateGradients(schur, right, b, true, options);
}

/** sigma - Q^T x */
function transposed({ byColumns }: Solved, x: Float64Array, sigma: Float64Array): Float64Array {
  const product = byColumns.applyTranspose(x, new Float64Array(sigma.length));
  return sigma.map((value, j) => value - product[j]);
}

/** rho and sigma: the mean change of C + (f + g - C) depsilon / epsilon over a row of R or a column of Q, less that of the masses. */
function forces(problem: Solved, { a, b, geometry, epsilon }: FullDirection, isSelf: boolean): PotentialPair {
  const { byRows, byColumns, f, g } = problem;
  const rate = epsilon / problem.epsilon;
  const weights = {
    ...(rate !== 0 && { alpha: scaled(f, rate), beta: scaled(g, rate), gamma: -rate }),
    ...(geometry && { delta: 1, direction: geometry }),
  };
  const moves = rate !== 0 || geometry !== undefined;
  const rho = moves ? byRows.reduce(weights).rows : new Float64Array(f.length);
  if (b.some((change) => change !== 0)) addTo(rho, ratioApply(problem, b), -problem.epsilon);
  if (isSelf) return { f: rho, g: rho };
  const sigma = moves ? byColumns.reduce(weights).columns : new Float64Array(g.length);
  if (a.some((change) => change !== 0)) addTo(sigma, ratioApplyTranspose(problem, a), -problem.epsilon);
  return { f: rho, g: sigma };
}

export function scaled(values: Float64Array, factor: number): Float64Array {
  return values.map((value) => value * factor);
}

/** out += factor x */
function addTo(out: Float64Array, x: Float64Array, factor = 1): Float64Array {
  for (let at = 0; at < out.length; at++) out[at] += factor * x[at];
  return out;
}
