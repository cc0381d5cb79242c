import { emd } from "../exact/emd.ts";
import { innerProduct } from "./objective.ts";
import type { ResolvedOptions } from "./options.ts";
import { gradientOf, gromovCostAt, valueOf, type GromovProblem } from "./problem.ts";
import type { GromovStep } from "./result.ts";
import type { GromovRun } from "./run.ts";

/**
 * Conditional gradient (Frank-Wolfe): the linearised problem is solved exactly, and the line search along the difference D is the
 * minimum of a quadratic, a t^2 + b t with a = alpha <L(D), D> and b = <gradient, D> (Vayer et al. 2020, algorithm 2). As L is
 * linear, L at the next plan needs no product of its own.
 */
export function conditionalGradient(problem: GromovProblem, start: Float64Array, options: ResolvedOptions): GromovRun {
  const { alpha } = problem;
  const { tolerance, maxIterations } = options;
  const plan = start.slice();
  const gromov = gromovCostAt(problem, plan);
  let objective = valueOf(problem, gromov, plan);
  const history: GromovStep[] = [];
  let vertex: LinearSolution = { plan, f: new Float64Array(problem.n), g: new Float64Array(problem.m), pivots: 0 };
  let status: GromovRun["status"] = "max-iterations";

  while (history.length < maxIterations) {
    const gradient = gradientOf(problem, gromov);
    if (!Number.isFinite(objective) || !gradient.every(Number.isFinite)) {
      status = "non-finite";
      break;
    }
    vertex = linearMinimum(problem, gradient);
    const difference = vertex.plan.map((mass, at) => mass - plan[at]);
    const gromovDifference = gromovCostAt(problem, difference);
    const slope = innerProduct(gradient, difference);
    const step = quadraticStep(alpha * innerProduct(gromovDifference, difference), slope);
    for (let at = 0; at < plan.length; at++) {
      plan[at] = step === 1 ? vertex.plan[at] : plan[at] + step * difference[at];
      gromov[at] += step * gromovDifference[at];
    }
    const before = objective;
    objective = valueOf(problem, gromov, plan);
    history.push({ objective, residual: Math.max(0, -slope), innerIterations: vertex.pivots });
    if (step === 0 || Math.abs(before - objective) <= tolerance * Math.abs(objective)) {
      status = "converged";
      break;
    }
  }
  const value = valueOf(problem, gromovCostAt(problem, plan), plan); // without the rounding of all steps
  const potentials = { f: vertex.f, g: vertex.g };
  return { plan, potentials, value, objective: value, status: Number.isFinite(value) ? status : "non-finite", history };
}

/** The t in [0, 1] with the least a t^2 + b t. */
function quadraticStep(a: number, b: number): number {
  if (a > 0) return Math.min(1, Math.max(0, -b / (2 * a)));
  return a + b < 0 ? 1 : 0;
}

interface LinearSolution {
  readonly plan: Float64Array;
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly pivots: number;
}

/** The plan of least cost: a transport problem, or, where a marginal is free, the cheapest entry of each row or column. */
function linearMinimum({ x, y, n, m, rho }: GromovProblem, cost: Float64Array): LinearSolution {
  const plan = new Float64Array(n * m);
  if (rho[0] === Infinity && rho[1] === Infinity) {
    const { plan: sparse, f, g, pivots } = emd(x.weights, y.weights, { data: cost, shape: [n, m] });
    sparse.masses.forEach((mass, k) => (plan[sparse.rows[k] * m + sparse.columns[k]] = mass));
    return { plan, f, g, pivots };
  }
  const byRow = rho[0] === Infinity;
  const potential = new Float64Array(byRow ? n : m).fill(Infinity);
  const cheapest = new Int32Array(potential.length);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const point = byRow ? i : j;
      if (cost[at] >= potential[point]) continue;
      potential[point] = cost[at];
      cheapest[point] = at;
    }
  }
  cheapest.forEach((at, point) => (plan[at] = (byRow ? x : y).weights[point]));
  const free = new Float64Array(byRow ? m : n);
  return { plan, f: byRow ? potential : free, g: byRow ? free : potential, pivots: 0 };
}
