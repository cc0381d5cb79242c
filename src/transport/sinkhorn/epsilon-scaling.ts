import { checkEpsilon } from "../../geometry/checks.ts";
import { costShift, type Geometry } from "../../geometry/geometry.ts";
import { checkCount, checkTolerance, requireThat } from "./options.ts";

/** A geometric schedule of decreasing epsilons (Schmitzer 2019, section 3.3), each solved loosely. */
export interface EpsilonScaling {
  /** The first epsilon, in cost units. @default the largest cost, less the smallest where that is negative */
  readonly from?: number;
  /** What epsilon is multiplied by from one stage to the next, in (0, 1). @default 0.5 */
  readonly factor?: number;
  /** Where a stage before the last one stops, a share of the total mass. @default 1e-2 */
  readonly tolerance?: number;
  /** Iterations of a stage before the last one. @default 100 */
  readonly maxIterations?: number;
}

export interface EpsilonStage {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** More stages would take a factor so close to one that epsilon hardly moves. */
const MOST_STAGES = 10_000;

/** The stages before the one at `epsilon` itself; none if the schedule starts below it. Throws OptionError. */
export function epsilonStages(geometry: Geometry, epsilon: number, scaling: EpsilonScaling): EpsilonStage[] {
  const {
    from = geometry.maxCost - costShift(geometry) || epsilon,
    factor = 0.5,
    tolerance = 1e-2,
    maxIterations = 100,
  } = scaling;
  checkEpsilon(from);
  requireThat(factor > 0 && factor < 1, "epsilonScaling.factor", "a number in (0, 1)", factor);
  checkTolerance(tolerance, "epsilonScaling.tolerance");
  checkCount(maxIterations, "epsilonScaling.maxIterations");
  const count = Math.max(0, Math.ceil(Math.log(epsilon / from) / Math.log(factor)));
  requireThat(count <= MOST_STAGES, "epsilonScaling.factor", `at most ${MOST_STAGES} stages`, `${factor}: ${count}`);
  return Array.from({ length: count }, (_, stage) => ({
    epsilon: from * factor ** stage,
    tolerance,
    maxIterations,
  })).filter((stage) => stage.epsilon > epsilon);
}
