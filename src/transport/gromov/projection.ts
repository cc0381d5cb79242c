import { denseFromChecked } from "../../geometry/dense.ts";
import { gibbsMatrix } from "../../geometry/dense-host.ts";
import { ndarray } from "../../tensor/ndarray.ts";
import { previousSolution } from "../initializers/previous.ts";
import { sinkhornAccelerated } from "../sinkhorn/accelerated.ts";
import { planMarginalsOf } from "./objective.ts";
import type { ResolvedOptions } from "./options.ts";
import type { GromovProblem } from "./problem.ts";
import { relaxedSinkhorn } from "./relaxed-sinkhorn.ts";

/** Potentials of a linearised problem: P = exp((f + g - cost) / epsilon), -Infinity where there is no mass. */
export interface Potentials {
  readonly f: Float64Array;
  readonly g: Float64Array;
}

/** The solution of a linearised problem. */
export interface Projection extends Potentials {
  /** [n, m] */
  readonly plan: Float64Array;
  readonly marginals: readonly [first: Float64Array, second: Float64Array];
  readonly iterations: number;
  readonly converged: boolean;
}

/** A linearised problem: strengths are of one mass, and count as often as there is mass. */
export interface LinearisedProblem {
  /** [n, m], of any sign; lowered by its least entry. */
  readonly cost: Float64Array;
  readonly epsilon: number;
  /** That of the plan at which it was linearised. */
  readonly mass: number;
  /** Of the problem before, to start from. */
  readonly potentials: Potentials | undefined;
}

/** min <P, cost> + mass (epsilon KL(P | p q^T) + penalties of the marginals). */
export function project(
  problem: GromovProblem,
  { cost, epsilon: strength, mass, potentials }: LinearisedProblem,
  options: ResolvedOptions,
): Projection {
  const { x, y, n, m, rho } = problem;
  const { innerTolerance: tolerance, innerMaxIterations: maxIterations } = options;
  const epsilon = strength * mass;
  const least = cost.reduce((lowest, entry) => Math.min(lowest, entry), Infinity);
  const geometry = denseFromChecked(
    ndarray(
      cost.map((entry) => entry - least),
      [n, m],
    ),
    undefined,
  ); // geometries are not negative
  const [p, q] = [x.weights, y.weights];

  if (rho.every((given) => given === Infinity)) {
    const initializer = potentials && previousSolution(potentials.g);
    const solution = sinkhornAccelerated(p, q, geometry, { epsilon, tolerance, maxIterations, initializer });
    const { iterations, status } = solution;
    const f = solution.f.map((value) => value + least);
    return finished(cost, { f, g: solution.g }, { n, m, epsilon }, iterations, status === "converged");
  }
  // their problem is solved in potentials without p and q
  const bare = (potential: Float64Array | undefined, masses: Float64Array) =>
    masses.map((mass, index) => (potential && mass > 0 ? potential[index] - epsilon * Math.log(mass) : 0));
  const full = (potential: Float64Array, masses: Float64Array) =>
    potential.map((value, index) => value + epsilon * Math.log(masses[index]));
  const kernel = geometry.hostKernel(epsilon);
  const relaxed = { kernel, constant: least, p, q, rho: [rho[0] * mass, rho[1] * mass] as const };
  const start = { f: bare(potentials?.f, p), g: bare(potentials?.g, q) };
  const { f, g, iterations, converged } = relaxedSinkhorn(relaxed, start, tolerance, maxIterations);
  return finished(cost, { f: full(f, p), g: full(g, q) }, { n, m, epsilon }, iterations, converged);
}

function finished(
  cost: Float64Array,
  { f, g }: Potentials,
  { n, m, epsilon }: { n: number; m: number; epsilon: number },
  iterations: number,
  converged: boolean,
): Projection {
  const plan = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) plan[at] = cost[at] - f[i] - g[j];
  gibbsMatrix(plan, [n, m], epsilon, plan);
  return { f, g, plan, marginals: planMarginalsOf(plan, n, m), iterations, converged };
}
