import { InputError } from "../../src/errors.ts";
import { float64Of, type Numbers } from "../../src/tensor/ndarray.ts";
import { barycenterInputs } from "./factors.ts";
import type { WdlProblem } from "./objective.ts";

/** A dictionary with fixed atoms, to encode data in (`encode`), to reconstruct and to interpolate. */
export interface Dictionary {
  /** [S, N], rows of mass one. */
  readonly atoms: Float64Array;
  /** Data, loss and operator; the data are what `encode` encodes. */
  readonly problem: WdlProblem;
}

/** Barycenters [M, N] of mass one for weights [M, S]. Throws InputError for rows of another length. */
export async function reconstruct({ atoms, problem }: Dictionary, weights: Numbers): Promise<Float64Array> {
  if (weights.length === 0 || weights.length % problem.atoms !== 0) {
    throw new InputError(`weights: expected rows of ${problem.atoms} (one per atom), got ${weights.length} numbers`);
  }
  const inputs = barycenterInputs(problem, { atoms, weights: float64Of(weights, "weights") });
  return normalizeRows(await problem.operator.barycenters(inputs), problem.pixels);
}

/**
 * Weights [steps, S] on the straight line between two rows of weights, both ends included: their barycenters are the
 * displacement interpolation between the two reconstructions (with one-hot ends: between two atoms; from equal weights
 * towards one atom: the paper's face editing). Throws InputError for rows of different length or fewer than 2 steps.
 */
export function interpolateWeights(from: Float64Array, to: Float64Array, steps: number): Float64Array {
  if (from.length !== to.length) {
    throw new InputError(`interpolation: expected two rows of one length, got ${from.length} and ${to.length}`);
  }
  if (!(Number.isInteger(steps) && steps >= 2)) {
    throw new InputError(`interpolation: expected at least 2 steps, got ${steps}`);
  }
  const out = new Float64Array(steps * from.length);
  for (let step = 0; step < steps; step++) {
    const t = step / (steps - 1);
    for (let s = 0; s < from.length; s++) out[step * from.length + s] = (1 - t) * from[s] + t * to[s];
  }
  return out;
}

/** Divides each row [N] by its sum. */
export function normalizeRows(values: Float64Array, columns: number): Float64Array {
  const out = values.slice();
  for (let start = 0; start < out.length; start += columns) {
    const row = out.subarray(start, start + columns);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let index = 0; index < columns; index++) row[index] /= sum;
  }
  return out;
}
