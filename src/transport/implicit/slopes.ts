// The envelope theorem, and its derivative: what the value of a converged problem changes by, as its variables move.
import { hostPlan } from "../../geometry/host-plan.ts";
import { isGrid } from "../../geometry/geometry.ts";
import type { PlanSums } from "../../geometry/plan.ts";
import { scaled, type PotentialPair } from "./linear-system.ts";
import { secondMoments } from "./moments.ts";
import type { Solved } from "./solved.ts";
import { addSums, inner, sumOf, type FullDirection } from "./variables.ts";

/** The gradient in the points or entries, and epsilon. */
export interface GeometrySlopes extends Pick<PlanSums, "points" | "cost"> {
  readonly epsilon: number;
}

/**
 * sum_ij P_ij dC_ij in points or entries; KL(P | a b^T) in epsilon. Those that are not wanted are absent, or NaN.
 */
export function geometrySlopes(
  { plan, a, b, f, g, epsilon, hasSlopes }: Solved,
  wanted: { readonly slopes: boolean; readonly epsilon: boolean } = { slopes: hasSlopes, epsilon: true },
): GeometrySlopes {
  const { points, cost, rows, columns } = plan.reduce({
    alpha: new Float64Array(a.length).fill(1),
    slopes: wanted.slopes,
  });
  if (!wanted.epsilon) return { points, cost, epsilon: NaN };
  const transportCost = sumOf(plan.reduce({ gamma: 1 }).rows);
  const kl = (inner(f, rows) + inner(g, columns) - transportCost) / epsilon - sumOf(rows) + sumOf(a) * sumOf(b);
  return { points, cost, epsilon: kl };
}

/** How they change along a direction, with the change of the potentials along it. */
export function geometrySlopesChange(problem: Solved, direction: FullDirection, change: PotentialPair): GeometrySlopes {
  const { plan, a, b, f, g, hasSlopes } = problem;
  const epsilon = problem.epsilon;
  const rate = direction.epsilon / epsilon;
  // dP = P (alpha + beta + gamma C + delta dC), and where a mass grows from zero its row of R or its column of Q.
  const logChange = (potential: Float64Array, moved: Float64Array, masses: Float64Array, growth: Float64Array) =>
    potential.map((value, at) => (moved[at] - value * rate) / epsilon + (masses[at] > 0 ? growth[at] / masses[at] : 0));
  const alpha = logChange(f, change.f, a, direction.a);
  const beta = logChange(g, change.g, b, direction.b);
  const gamma = rate / epsilon;
  const along = direction.geometry && { delta: -1 / epsilon, curvature: 1, direction: direction.geometry };
  const slopes = hasSlopes ? plan.reduce({ alpha, beta, gamma, ...along, slopes: true }) : {};
  const moments = secondMoments(problem, direction.geometry, direction.epsilon !== 0);
  const changeOfCost =
    inner(moments.rows, alpha) +
    inner(moments.columns, beta) +
    gamma * moments.squares -
    moments.alongDirection / epsilon;
  const fresh = freshMasses(problem, direction);
  const [totalA, totalB] = [sumOf(direction.a), sumOf(direction.b)];
  const ofEpsilon =
    sumOf(b) * totalA +
    sumOf(a) * totalB -
    totalA -
    totalB +
    (inner(f, direction.a) + inner(g, direction.b) - changeOfCost - fresh.cost) / epsilon;
  return { ...fresh.slopes.reduce((sum, next) => addSums(sum, next), slopes), epsilon: ofEpsilon };
}

/** What plans of masses that grow from zero add: a's rows of R, b's columns of Q. */
function freshMasses({ a, b, f, g, geometry, epsilon, hasSlopes }: Solved, direction: FullDirection) {
  const slopes: Pick<PlanSums, "points" | "cost">[] = [];
  let cost = 0;
  const grown = (masses: Float64Array, growth: Float64Array) =>
    growth.map((change, at) => (masses[at] === 0 ? change : 0));
  const [ofA, ofB] = [grown(a, direction.a), grown(b, direction.b)];
  const logs = (potential: Float64Array, keep: (at: number) => boolean, masses?: Float64Array) =>
    potential.map((value, at) => (keep(at) ? value / epsilon + (masses ? Math.log(masses[at]) : 0) : -Infinity));
  const add = (u: Float64Array, v: Float64Array, weights: { alpha?: Float64Array; beta?: Float64Array }): void => {
    const part = hostPlan(geometry, epsilon, u, v);
    if (hasSlopes) slopes.push(part.reduce({ ...weights, slopes: true }));
    const { rows, columns } = part.reduce({ gamma: 1 });
    cost += weights.alpha ? inner(rows, weights.alpha) : inner(columns, weights.beta!);
  };
  if (ofA.some(Boolean)) {
    add(
      logs(f, (i) => ofA[i] !== 0),
      logs(g, () => true, b),
      { alpha: ofA },
    );
  }
  if (ofB.some(Boolean)) {
    add(
      logs(f, () => true, a),
      logs(g, (j) => ofB[j] !== 0),
      { beta: ofB },
    );
  }
  return { slopes, cost };
}

/**
 * The gradient in points or entries, and epsilon, of the equations of the potentials, weighted by lambda [n] and mu [m]:
 * `sum_ij W_ij (dC_ij + (f_i + g_j - C_ij) depsilon / epsilon)` with W = lambda R + Q mu.
 */
export function equationSlopes(problem: Solved, lambda: Float64Array, mu: Float64Array): GeometrySlopes {
  const { byRows, byColumns, f, g, epsilon, geometry } = problem;
  const slopes = isGrid(geometry)
    ? {}
    : addSums(byRows.reduce({ alpha: lambda, slopes: true }), byColumns.reduce({ beta: mu, slopes: true }));
  const weights = { alpha: scaled(f, 1 / epsilon), beta: scaled(g, 1 / epsilon), gamma: -1 / epsilon };
  const ofEpsilon = inner(byRows.reduce(weights).rows, lambda) + inner(byColumns.reduce(weights).columns, mu);
  return { ...slopes, epsilon: ofEpsilon };
}
