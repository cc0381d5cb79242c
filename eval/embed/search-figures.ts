import { meanOver } from "../../models/embed/splits.ts";
import type { Trial } from "../../models/embed/trials.ts";
import { meanAndDeviation, type MeanAndDeviation } from "../metrics/mean-and-deviation.ts";

/** How a method does on pairs that its settings were not chosen by. */
export interface MethodFigures {
  readonly method: string;
  /** By the names of the scores, over splits. */
  readonly figures: Readonly<Record<string, MeanAndDeviation>>;
}

/** How a trial is chosen by some pairs. */
type Rule = (trials: readonly Trial[], validation: Int32Array) => Trial;

/** For each split the trial of each method that a rule chooses by its pairs, scored on all others. */
export function methodFigures(
  trials: readonly Trial[],
  splits: readonly Int32Array[],
  rule: Rule,
  methodOf: (trial: Trial) => string,
): MethodFigures[] {
  const methods = [...new Set(trials.map(methodOf))];
  return methods.map((method) => {
    const own = trials.filter((trial) => methodOf(trial) === method);
    const chosen = splits.map((split) => rule(own, split));
    const figures = Object.keys(own[0].scores).map((name) => {
      const values = chosen.map(({ scores }, split) => meanOver(scores[name], splits[split], true));
      return [name, meanAndDeviation(values)] as const;
    });
    return { method, figures: Object.fromEntries(figures) };
  });
}
