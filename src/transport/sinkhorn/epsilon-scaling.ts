import type { Geometry } from "../../geometry/geometry.ts";
import { requireThat } from "./options.ts";

/** A geometric schedule of decreasing epsilons (Schmitzer 2019, section 3.3), each solved loosely. */
export interface EpsilonScaling {
  /** The first epsilon, in cost units. @default the largest cost */
  readonly from?: number;
  /** What epsilon is multiplied by from one stage to the next, in (0, 1). @default 0.5 */
  readonly factor?: number;
  /** Where a stage before the last one stops. @default 1e-2 */
  readonly tolerance?: number;
  /** Iterations of a stage before the last one. @default 100 */
  readonly maxIterations?: number;
}

export interface EpsilonStage {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** The stages before the one at `epsilon` itself; none if the schedule starts below it. Throws InputError. */
export function epsilonStages(geometry: Geometry, epsilon: number, scaling: EpsilonScaling): EpsilonStage[] {
  const { from = geometry.maxCost, factor = 0.5, tolerance = 1e-2, maxIterations = 100 } = scaling;
  requireThat(factor > 0 && factor < 1, "epsilonScaling.factor", "a number in (0, 1)", factor);
  requireThat(from >= 0 && from < Infinity, "epsilonScaling.from", "a finite number >= 0 (in cost units)", from);
  const stages: EpsilonStage[] = [];
  for (let stage = from; stage > epsilon; stage *= factor) stages.push({ epsilon: stage, tolerance, maxIterations });
  return stages;
}
