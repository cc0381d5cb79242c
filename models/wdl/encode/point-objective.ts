import { pause } from "../../../src/event-loop.ts";
import { rowsAt } from "../../../src/transport/barycenter/problem.ts";
import { barycenterInputs } from "../factors.ts";
import type { WdlTerm } from "../losses.ts";
import type { WdlProblem } from "../objective.ts";
import type { EachObjective } from "./minimize-each.ts";

/**
 * The loss of each data point over the free variables of its weights, under fixed atoms [S, N].
 *
 * @param costs W2^2 between points and atoms [M, S], where the problem has a locality
 */
export function pointObjective(
  problem: WdlProblem,
  atoms: Float64Array,
  costs: Float64Array | undefined,
  signal?: AbortSignal,
): EachObjective {
  const { term, operator, weightMap, pixels, locality } = problem;
  return async (rows, free) => {
    await pause(signal);
    const count = problem.atoms;
    const weights = weightMap.forward(free, count);
    const inputs = barycenterInputs(problem, { atoms, weights });
    const { losses, gradient } = await operator.lossAndGradient(inputs, termOf(term, rows, pixels), signal);
    if (locality && costs) {
      for (let k = 0; k < weights.length; k++) {
        const cost = locality.weight * costs[rows[Math.floor(k / count)] * count + (k % count)];
        losses[Math.floor(k / count)] += weights[k] * cost;
        gradient.weights[k] += cost;
      }
    }
    return { losses, gradients: weightMap.backward(gradient.weights, weights, count) };
  };
}

/** The term of some of its data points. */
function termOf(term: WdlTerm, rows: Int32Array, pixels: number): WdlTerm {
  const { data } = term;
  if (rows.length * pixels === data.length) return term;
  return term.of(rowsAt({ data, shape: [data.length / pixels, pixels] }, Array.from(rows)).data);
}
