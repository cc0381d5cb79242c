import type { Metrics } from "../task.ts";
import { descend } from "./descend.ts";
import { objectiveAt, type Iterate } from "./iterate.ts";
import type { EmbedProblem } from "./problem.ts";
import { isSettled, settingsAt, type Schedule } from "./schedule.ts";

/** Descents from several starts, side by side. */
export interface Descents {
  readonly iterates: readonly Iterate[];
  /** Steps that all of them have made. */
  readonly step: number;
  /** The one that moves next; those before it are one step ahead. */
  readonly next: number;
}

/** One step of one of the descents; one that has converged stays where it is. */
export function advance(problem: EmbedProblem, schedule: Schedule, descents: Descents, tolerance: number): Descents {
  const { iterates, step, next } = descents;
  const moved = isConverged(iterates[next], schedule, step, tolerance)
    ? iterates[next]
    : descend(problem, iterates[next], settingsAt(schedule, step + 1));
  const isLast = next === iterates.length - 1;
  return {
    iterates: iterates.with(next, moved),
    step: isLast ? step + 1 : step,
    next: isLast ? 0 : next + 1,
  };
}

/** Whether an iterate that `step` steps led to is a fixed point of the last settings, up to a share of the mass that moves. */
function isConverged({ report }: Iterate, schedule: Schedule, step: number, tolerance: number): boolean {
  return step > 0 && isSettled(schedule, step) && report.residual <= tolerance;
}

/** Whether nothing moves any more. */
export function areConverged({ iterates, step }: Descents, schedule: Schedule, tolerance: number): boolean {
  return iterates.every((iterate) => isConverged(iterate, schedule, step, tolerance));
}

/** The index of the descent with the lowest objective. */
export function lowest(iterates: readonly Iterate[], lambda: number): number {
  const values = iterates.map((iterate) => objectiveAt(iterate, lambda).value);
  return values.indexOf(Math.min(...values));
}

/** What is shown of a step: the descent with the lowest objective, and how many still move. */
export function metricsOf({ iterates, step }: Descents, schedule: Schedule, tolerance: number): Metrics {
  const { lambda } = settingsAt(schedule, step);
  const best = iterates[lowest(iterates, lambda)];
  const { value, ...parts } = objectiveAt(best, lambda);
  return {
    objective: value,
    ...parts,
    biconvex: best.report.biconvex,
    residual: best.report.residual,
    innerIterations: best.report.iterations,
    moving: iterates.filter((iterate) => !isConverged(iterate, schedule, step, tolerance)).length,
  };
}
