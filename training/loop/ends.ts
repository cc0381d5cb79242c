import type { TrainStatus } from "./options.ts";
import type { EarlyStopRule, Improvement } from "./improvement.ts";

/** How and why a run ends. */
export interface End {
  readonly status: TrainStatus;
  /** One line. */
  readonly reason: string;
}

export function endOfSteps(step: number, steps: number): End | undefined {
  return step >= steps ? { status: "completed", reason: `ran all ${steps} steps` } : undefined;
}

export function outOfPatience(rule?: EarlyStopRule, best?: Improvement): End | undefined {
  if (!rule || !best || best.since < rule.patience) return undefined;
  return {
    status: "early-stopped",
    reason: `${rule.metric} was seen ${best.since} times without improving on ${best.value} of step ${best.step}`,
  };
}

/** @param by the signal's name, or what a caller gave as reason */
export function interrupted(by: unknown): End {
  return { status: "interrupted", reason: `asked to stop (${String(by)})` };
}

/**
 * @param what "step 3: loss is NaN"
 * @param array path of the first array of the state that is not finite, if there is one
 */
export function nonFinite(what: string, array?: string, lastCheckpoint?: string): End {
  const where =
    array === undefined ? "all arrays of the state are finite" : `the first array that is not finite is ${array}`;
  const advice = lastCheckpoint === undefined ? "" : `; the last good checkpoint is ${lastCheckpoint}`;
  return { status: "non-finite", reason: `${what}: ${where}${advice}` };
}
