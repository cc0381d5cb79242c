import { RunError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { DataTerm } from "./engine.ts";
import type { ResolvedOptions } from "./options.ts";

/** Whether a barycenter [N] is one: finite, with some mass. */
function hasMass(barycenter: NdArray["data"]): boolean {
  let mass = 0;
  for (let i = 0; i < barycenter.length; i++) mass += barycenter[i];
  return mass > 0 && mass < Infinity;
}

/** Throws RunError for barycenters [B, N] of which one has no mass or is not finite. */
export function checkBarycenters({ data, shape }: NdArray, { iterations, epsilon, memory }: ResolvedOptions): void {
  const [batch, points] = shape;
  for (let point = 0; point < batch; point++) {
    if (hasMass(data.subarray(point * points, (point + 1) * points))) continue;
    const advice = memory < 0 ? `take heavyBall (${memory}) nearer to 0` : "take a larger epsilon or more iterations";
    throw new RunError(
      `barycenter: no finite mass in the result for weights ${point}, ${iterations} iterations, epsilon ${epsilon}; ${advice}`,
    );
  }
}

/** The term's loss of a barycenter; infinite, with slopes 0, where that is none: a wall for whoever minimises it. */
export function evaluateLoss(term: DataTerm, index: number, barycenter: Float64Array, slopes: Float64Array): number {
  if (hasMass(barycenter)) return term.evaluate(index, barycenter, slopes);
  slopes.fill(0);
  return Infinity;
}
