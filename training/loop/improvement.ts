import type { Goal } from "../../checkpoints/store.ts";
import { InputError } from "../../src/errors.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Metrics } from "../../models/task.ts";

export interface ImprovementRule {
  readonly metric: string;
  /** @default "min" */
  readonly goal?: Goal;
  /** A change smaller than this is no improvement. @default 0 */
  readonly minDelta?: number;
}

export interface EarlyStopRule extends ImprovementRule {
  /** Stop when the metric was seen this often without improving. Rows without the metric do not count. */
  readonly patience: number;
}

/** The best value of a metric so far. */
export interface Improvement {
  readonly value: number;
  readonly step: number;
  /** Values of the metric seen since, none of them better. */
  readonly since: number;
}

/** Follows one metric through a run. A value that is not finite is never an improvement. */
export class ImprovementTracker {
  readonly #rule: Required<ImprovementRule>;
  #current: Improvement | undefined;

  /** @param saved what `save` returned, to go on from there if it was about the same metric */
  constructor({ metric, goal = "min", minDelta = 0 }: ImprovementRule, saved?: StateTree | null) {
    this.#rule = { metric, goal, minDelta };
    if (saved && saved["metric"] === metric && saved["goal"] === goal) {
      const { value, step, since } = saved as unknown as Improvement;
      this.#current = { value, step, since };
    }
  }

  get current(): Improvement | undefined {
    return this.#current;
  }

  /**
   * Takes in the metrics of a step; those without the followed one are passed over.
   *
   * @param complete true if these are all metrics that the task has, so that a missing one does not exist
   * @throws InputError for a metric that does not exist
   */
  observe(step: number, metrics: Metrics, complete: boolean): void {
    const { metric, goal, minDelta } = this.#rule;
    const value = metrics[metric];
    if (value === undefined) {
      if (!complete || this.#current) return;
      throw new InputError(`metric ${metric}: unknown; this task reports ${Object.keys(metrics).join(", ")}`);
    }
    const before = this.#current ?? { value: goal === "min" ? Infinity : -Infinity, step, since: 0 };
    const gain = goal === "min" ? before.value - value : value - before.value;
    const better = Number.isFinite(value) && gain > minDelta;
    this.#current = better ? { value, step, since: 0 } : { ...before, since: before.since + 1 };
  }

  save(): StateTree | null {
    const { metric, goal } = this.#rule;
    return this.#current ? { metric, goal, ...this.#current } : null;
  }
}
