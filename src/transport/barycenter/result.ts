import { RunError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { DataTerm } from "./engine.ts";
import type { ResolvedOptions } from "./options.ts";
import { largestMass, massOf } from "./problem.ts";

/** Whether a barycenter [N] is one: finite, with some mass. */
function hasMass(barycenter: NdArray["data"]): boolean {
  const mass = massOf(barycenter, 0, barycenter.length);
  return mass > 0 && mass < Infinity;
}

/**
 * Where the balanced iteration converges, a barycenter has the mass of the atoms; from a start far away heavy-ball passes it by thousands
 * on its way. One with so many times the mass is on its way to nowhere.
 */
const MOST_EXCESS = 1e6;

/**
 * Throws RunError for barycenters [B, N] of which one has no mass or is not finite, or that heavy-ball has made diverge: finite
 * numbers that mean nothing.
 */
export function checkBarycenters(
  { data, shape }: NdArray,
  atoms: NdArray,
  { iterations, epsilon, memory }: ResolvedOptions,
): void {
  const [batch, points] = shape;
  const most = MOST_EXCESS * largestMass(atoms);
  for (let point = 0; point < batch; point++) {
    const mass = massOf(data, point, points);
    if (mass > 0 && mass < Infinity && (memory === 0 || mass <= most)) continue;
    const advice = memory < 0 ? `take heavyBall (${memory}) nearer to 0` : "take a larger epsilon or more iterations";
    throw new RunError(
      `barycenter: a mass of ${mass} in the result for weights ${point}, ${iterations} iterations, epsilon ${epsilon}; ${advice}`,
    );
  }
}

/** The term's loss of a barycenter; infinite, with slopes 0, where that is none: a wall for whoever minimises it. */
export function evaluateLoss(term: DataTerm, index: number, barycenter: Float64Array, slopes: Float64Array): number {
  if (hasMass(barycenter)) return term.evaluate(index, barycenter, slopes);
  slopes.fill(0);
  return Infinity;
}
