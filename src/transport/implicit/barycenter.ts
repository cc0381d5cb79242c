import { RunError } from "../../errors.ts";
import { hostPlan } from "../../geometry/host-plan.ts";
import { isGrid, type Geometry } from "../../geometry/geometry.ts";
import type { HostPlan, PlanSums } from "../../geometry/plan.ts";
import { conjugateGradients, type LinearOptions } from "./conjugate-gradients.ts";
import { addSums, inner, sumOf } from "./variables.ts";

export interface ImplicitBarycenterOptions extends LinearOptions {
  /** Stop when no atom's marginal is further from it than this, L1. @default 1e-10 */
  readonly tolerance?: number;
  /** @default 10000 */
  readonly maxIterations?: number;
}

/** A barycenter with what its derivatives are made of. */
export interface SolvedBarycenter {
  /** p [m] */
  readonly barycenter: Float64Array;
  /** log b_s [m] of each atom: `sum_s lambda_s log b_s = 0`. */
  readonly logScalings: readonly Float64Array[];
  readonly plans: readonly HostPlan[];
  /** P_s / d_s: rows of sum one. */
  readonly byRows: readonly HostPlan[];
  /** P_s / p: columns of sum one. */
  readonly byColumns: readonly HostPlan[];
  readonly geometry: Geometry;
  readonly epsilon: number;
  readonly weights: Float64Array;
}

/**
 * The entropic barycenter p [m] of atoms d_s [n] with weights lambda of sum one, by iterations in the log domain until all P_s have the
 * rows d_s (Benamou et al. 2015); the columns of all are p. Throws RunError where the tolerance is not met.
 */
export function solveBarycenter(
  geometry: Geometry,
  epsilon: number,
  atoms: readonly Float64Array[],
  weights: Float64Array,
  { tolerance = 1e-10, maxIterations = 10_000 }: ImplicitBarycenterOptions,
): SolvedBarycenter {
  const [n, m] = geometry.shape;
  const kernel = geometry.hostKernel(epsilon);
  const logB = atoms.map(() => new Float64Array(m));
  const logC = atoms.map(() => new Float64Array(n));
  const logPhi = atoms.map(() => new Float64Array(m));
  const logA = (s: number): Float64Array => atoms[s].map((mass, i) => Math.log(mass) - logC[s][i]);
  const logP = new Float64Array(m);
  let error = Infinity;
  let iterations = 0;
  atoms.forEach((_, s) => kernel.logApply(logB[s], logC[s]));
  while (!(error <= tolerance)) {
    if (iterations++ === maxIterations || Number.isNaN(error)) {
      throw new RunError(
        `implicit barycenter: violation ${error} after ${iterations - 1} iterations, wanted ${tolerance}; take a larger epsilon or ` +
          "tolerance, or more maxIterations",
      );
    }
    const scalings = atoms.map((_, s) => logA(s));
    logP.fill(0);
    atoms.forEach((_, s) => {
      kernel.logApplyTranspose(scalings[s], logPhi[s]);
      for (let j = 0; j < m; j++) logP[j] += weights[s] * logPhi[s][j];
    });
    error = 0;
    atoms.forEach((masses, s) => {
      for (let j = 0; j < m; j++) logB[s][j] = logP[j] - logPhi[s][j];
      kernel.logApply(logB[s], logC[s]);
      const violation = masses.reduce(
        (sum, mass, i) => sum + (mass > 0 ? Math.abs(Math.exp(scalings[s][i] + logC[s][i]) - mass) : 0),
        0,
      );
      if (weights[s] !== 0) error = Math.max(error, violation);
    });
  }
  const barycenter = logP.map(Math.exp);
  const all = atoms.map((_, s) => s);
  return {
    barycenter,
    logScalings: logB,
    geometry,
    epsilon,
    weights,
    plans: all.map((s) => hostPlan(geometry, epsilon, logA(s), logB[s])),
    byRows: all.map((s) =>
      hostPlan(
        geometry,
        epsilon,
        logC[s].map((value) => -value),
        logB[s],
      ),
    ),
    byColumns: all.map((s) =>
      hostPlan(
        geometry,
        epsilon,
        logA(s),
        logPhi[s].map((value) => -value),
      ),
    ),
  };
}

export interface BarycenterSlopes extends Pick<PlanSums, "points" | "cost"> {
  /** [n] each. */
  readonly atoms: readonly Float64Array[];
  /** [S], of sum zero: weights move with a fixed sum. */
  readonly weights: Float64Array;
  readonly epsilon: number;
}

/**
 * From a gradient in p [m] to those in atoms, weights, points or entries, and epsilon. With S_s = diag(p) - P_s^T diag(1 / d_s) P_s it
 * solves `S_s x_s = gamma` for all s with `sum_s lambda_s x_s = slope`, the stationary point of a quadratic form under a constraint, by
 * conjugate gradients among the directions that keep it. Throws RunError where these do not converge.
 */
export function pullBackBarycenter(
  { barycenter: p, logScalings, plans, byRows, byColumns, geometry, epsilon, weights }: SolvedBarycenter,
  slope: Float64Array,
  options: LinearOptions,
): BarycenterSlopes {
  const [n, m] = geometry.shape;
  const parts = (x: Float64Array): Float64Array[] => plans.map((_, s) => x.subarray(s * m, (s + 1) * m));
  /** S_s x_s / p */
  const schur = (x: Float64Array): Float64Array => {
    const out = x.slice();
    parts(x).forEach((part, s) => {
      const back = byColumns[s].applyTranspose(byRows[s].apply(part, new Float64Array(n)), new Float64Array(m));
      for (let j = 0; j < m; j++) out[s * m + j] -= back[j];
    });
    return out;
  };
  const mean = (x: Float64Array): Float64Array => {
    const out = new Float64Array(m);
    parts(x).forEach((part, s) => part.forEach((value, j) => (out[j] += weights[s] * value)));
    return out;
  };
  const total = sumOf(p);
  /** Onto what keeps the constraint, without the constant of each part, which no S_s sees. */
  const projected = (x: Float64Array): Float64Array => {
    const common = mean(x);
    const kept = x.map((value, at) => value - common[at % m]);
    for (const part of parts(kept)) {
      const constant = inner(part, p) / total;
      part.forEach((value, j) => (part[j] = value - constant));
    }
    return kept;
  };
  const same = Float64Array.from({ length: plans.length * m }, (_, at) => slope[at % m]);
  const metric = Float64Array.from({ length: plans.length * m }, (_, at) => weights[Math.floor(at / m)] * p[at % m]);
  const right = projected(schur(same)).map((value) => -value);
  const moved = conjugateGradients((x) => projected(schur(x)), right, metric, false, options);
  const x = same.map((value, at) => value + moved[at]);
  const gamma = mean(schur(x)).map((value, j) => value * p[j]);
  const atoms = parts(x).map((part, s) =>
    byRows[s].apply(part, new Float64Array(n)).map((value) => value * weights[s]),
  );
  const ofWeights = Float64Array.from(logScalings, (logs) => -inner(logs, gamma));
  const centre = sumOf(ofWeights) / ofWeights.length;
  const slopes = !isGrid(geometry);
  const sums = parts(x).map((part, s) => {
    const beta = part.map((value) => -weights[s] * value);
    const { points, cost } = slopes ? plans[s].reduce({ alpha: atoms[s], beta, slopes: true }) : {};
    const costs = plans[s].reduce({ gamma: 1 });
    return { points, cost, epsilon: -(inner(costs.rows, atoms[s]) + inner(costs.columns, beta)) / epsilon ** 2 };
  });
  const scaled = (values: Float64Array): Float64Array => values.map((value) => value / epsilon);
  const { points, cost } = sums.reduce<Pick<PlanSums, "points" | "cost">>(
    (total, next, s) => (s === 0 ? next : addSums(total, next)),
    sums[0],
  );
  return {
    atoms,
    weights: ofWeights.map((value) => value - centre),
    points: points && { x: scaled(points.x), y: scaled(points.y) },
    cost: cost && scaled(cost),
    epsilon: sums.reduce((sum, part) => sum + part.epsilon, 0),
  };
}
