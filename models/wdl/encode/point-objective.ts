import { pause } from "../../../src/event-loop.ts";
import { rowsAt } from "../../../src/transport/barycenter/problem.ts";
import type { DataTerm } from "../../../src/transport/barycenter/engine.ts";
import { barycenterInputs } from "../factors.ts";
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
  const count = problem.atoms;
  // a loss of all points at once is asked for all of them, whoever is done
  const together = term.evaluateAll ? new Float64Array((term.data.length / pixels) * count) : undefined;
  return async (rows, free) => {
    await pause(signal);
    if (together) rows.forEach((row, k) => together.set(free.subarray(k * count, (k + 1) * count), row * count));
    const asked = together ? Int32Array.from({ length: together.length / count }, (_, row) => row) : rows;
    const weights = weightMap.forward(together ?? free, count);
    const inputs = barycenterInputs(problem, { atoms, weights });
    const { losses, gradient } = await operator.lossAndGradient(inputs, termOf(term, asked, pixels), signal);
    if (locality && costs) {
      for (let k = 0; k < weights.length; k++) {
        const cost = locality.weight * costs[asked[Math.floor(k / count)] * count + (k % count)];
        losses[Math.floor(k / count)] += weights[k] * cost;
        gradient.weights[k] += cost;
      }
    }
    const gradients = weightMap.backward(gradient.weights, weights, count);
    if (!together || rows.length === asked.length) return { losses, gradients };
    const shape = [asked.length, count];
    return {
      losses: Float64Array.from(rows, (row) => losses[row]),
      gradients: rowsAt({ data: gradients, shape }, Array.from(rows)).data,
    };
  };
}

/** The term of some of its data points. */
function termOf(term: DataTerm, rows: Int32Array, pixels: number): DataTerm {
  const { data } = term;
  if (rows.length * pixels === data.length) return term;
  return {
    ...term,
    data: rowsAt({ data, shape: [data.length / pixels, pixels] }, Array.from(rows)).data,
    evaluate: (index, p, gradient) => term.evaluate(rows[index], p, gradient),
  };
}
