import { InputError } from "../src/errors.ts";
import type { Evaluator } from "./evaluator.ts";

/** Every component's evaluator; a new component adds its own here. */
const EVALUATORS: readonly Evaluator[] = [];

/** The evaluator of a task. Throws InputError for a task that has none. */
export function findEvaluator(task: string): Evaluator {
  const evaluator = EVALUATORS.find((candidate) => candidate.task === task);
  if (evaluator) return evaluator;
  const known = EVALUATORS.map((candidate) => candidate.task).join(", ") || "none";
  throw new InputError(`eval: expected a run of a task that can be evaluated (${known}), got ${JSON.stringify(task)}`);
}
