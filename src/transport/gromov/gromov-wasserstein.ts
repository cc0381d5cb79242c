import type { Space } from "../../spaces/space.ts";
import { ndarray } from "../../tensor/ndarray.ts";
import { conditionalGradient } from "./conditional-gradient.ts";
import { mirrorDescent } from "./mirror-descent.ts";
import { planMarginalsOf } from "./objective.ts";
import { resolveGromovOptions, type GromovOptions } from "./options.ts";
import { gromovProblem } from "./problem.ts";
import type { GromovResult } from "./result.ts";
import type { GromovRun } from "./run.ts";
import { startingPlans, violation } from "./starts.ts";

/**
 * Gromov-Wasserstein transport between spaces that are known by their distances alone: a local minimum, over couplings P of
 * their weights p and q, of
 *
 *     alpha sum (dX(i, i') - dY(j, j'))^2 P_ij P_i'j' + (1 - alpha) <M, P> + epsilon KL(P | p q^T)
 *
 * - without `epsilon` by conditional gradient with exact transport (POT's `gromov_wasserstein`, `fused_...`), with it by projected
 *   mirror descent (`entropic_...`, solver "PGD"; `regularization: "proximal"` is its "PPA", which solves the problem without the
 *   entropy). Epsilon is POT's: the linearised cost is the whole gradient, twice the L of `gromovCost`.
 * - `features` M and `alpha` make it fused.
 * - `rho` of [Infinity, 0] frees the second marginal (semi-relaxed, POT's `semirelaxed_...`; its entropic one is "proximal").
 * - finite `rho` penalises deviations: unbalanced, rho/2 KL(P1 x P1 | p x p) for each relaxed marginal, and then
 *   epsilon/2 KL(P x P | pq x pq) (Sejourne, Vialard, Peyre 2021). The halves make both continuous in rho up to Infinity; epsilon and
 *   rho of that paper, and of POT's `fused_unbalanced_...` at alpha 1, are half of these.
 *
 * The problem is not convex: where it ends depends on the start, and `starts` tries several. An iteration multiplies dX P dY, in
 * O(n m (n + m)), or O(n m d) for squared Euclidean distances in factored form. Those need no n x n or m x m matrix; the plan, its
 * linearised cost and the Gibbs kernel are n x m, some seven of them in float64 at a time. Throws InputError.
 */
export function gromovWasserstein(x: Space, y: Space, options: GromovOptions = {}): GromovResult {
  const resolved = resolveGromovOptions(options);
  const problem = gromovProblem(x, y, resolved);
  const solve = resolved.epsilon === undefined ? conditionalGradient : mirrorDescent;
  const objectives: number[] = [];
  let best: GromovRun | undefined;
  for (const start of startingPlans(problem, resolved)) {
    const run = solve(problem, start, resolved);
    objectives.push(run.objective);
    if (!best || run.objective < best.objective || !Number.isFinite(best.objective)) best = run;
  }
  const { plan, ...rest } = best!;
  const [first, second] = planMarginalsOf(plan, problem.n, problem.m);
  return {
    ...rest,
    plan: ndarray(plan, [problem.n, problem.m]),
    iterations: rest.history.length,
    errors: [violation(first, x.weights), violation(second, y.weights)],
    objectives,
  };
}
