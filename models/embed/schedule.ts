import { OptionError } from "../../src/errors.ts";
import type { StepSettings } from "./problem.ts";

/** How a run goes from its first settings to its last ones. */
export interface Schedule extends StepSettings {
  /** Steps in all. */
  readonly outer: number;
  /** First epsilon and lambda: they go geometrically to the last ones in the first part of the steps. */
  readonly epsilonFrom: number;
  readonly lambdaFrom: number;
}

/** Share of the steps that the way takes; the rest is for the last settings to converge. */
const WAY = 0.5;

/** The settings of a step, from 1. */
export function settingsAt(schedule: Schedule, step: number): StepSettings {
  const way = stepsOfWay(schedule);
  const left = way > 0 ? Math.max(1 - (step - 1) / way, 0) : 0;
  const between = (from: number, to: number): number => to * (from / to) ** left;
  return {
    ...schedule,
    epsilon: between(schedule.epsilonFrom, schedule.epsilon),
    lambda: between(schedule.lambdaFrom, schedule.lambda),
  };
}

/** Whether a step has the last settings, so that what it finds may count as converged. */
export function isSettled(schedule: Schedule, step: number): boolean {
  return step > stepsOfWay(schedule);
}

function stepsOfWay({ outer, epsilon, epsilonFrom, lambda, lambdaFrom }: Schedule): number {
  return epsilonFrom === epsilon && lambdaFrom === lambda ? 0 : Math.floor(WAY * outer);
}

/** Throws OptionError for a schedule that cannot be followed. */
export function checkSchedule({ epsilon, epsilonFrom }: Schedule): void {
  if (epsilonFrom < epsilon) {
    throw new OptionError(
      "epsilonFrom",
      `expected at least epsilon (${epsilon}), to which it goes down, got ${epsilonFrom}`,
    );
  }
}
