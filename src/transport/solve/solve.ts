import { solveEntropic } from "./entropic.ts";
import { solveExact } from "./exact.ts";
import { checkSolveOptions, type TransportOptions } from "./options.ts";
import { readProblem, type CostInput, type MassInput } from "./problem.ts";
import type { Solution } from "./solution.ts";

/**
 * Optimal transport in one call: exact, by the network simplex, or with `epsilon` entropic, by Sinkhorn; with `rho` unbalanced. In
 * float64 on the host, whatever the inputs are:
 *
 * - a [n] and b [m]: numbers, typed arrays, tensors; undefined for equal masses (of the other's total, or 1);
 * - the cost: a matrix [n, m] as rows of numbers, `{ shape, data }` or a tensor; points `{ x, y, cost }`, cost a name or a function
 *   of two points; or a geometry (`grid`, `pointCloud`, `denseGeometry`).
 *
 * For batches of pairs on tensors see `sinkhorn`, for gradients `entropicCost` and `sinkhornDivergence`. Rejects with InputError (an
 * OptionError for an option), before any work, where something does not fit.
 */
export async function solve(
  a: MassInput,
  b: MassInput,
  cost: CostInput,
  options: TransportOptions = {},
): Promise<Solution> {
  checkSolveOptions(options);
  const problem = await readProblem(a, b, cost, options.rho);
  return options.epsilon === undefined ? solveExact(problem, options) : solveEntropic(problem, options);
}
