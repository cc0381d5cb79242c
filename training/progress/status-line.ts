import type { MetricsRow } from "../../models/task.ts";
import { Estimate } from "./estimate.ts";
import { formatDuration, formatMetrics, formatRate } from "./format.ts";
import type { ProgressEnd, ProgressStart } from "./reporter.ts";

/** How far the present step is. */
interface Within {
  readonly step: number;
  readonly fraction: number;
  readonly note?: string;
}

/** The texts that the spinner and the plain lines share. */
export class StatusLine {
  readonly #start: ProgressStart;
  readonly #estimate: Estimate;
  #row: MetricsRow | undefined;
  #within: Within | undefined;

  constructor(start: ProgressStart) {
    this.#start = start;
    this.#estimate = new Estimate(start);
  }

  row(row: MetricsRow): void {
    this.#row = row;
    this.#within = undefined;
    this.#estimate.observe(row);
  }

  within(step: number, fraction: number, note?: string): void {
    this.#within = { step, fraction, note };
  }

  /** "wdl: 100 steps -> runs/x", "wdl: steps 41 to 100 -> runs/x". */
  opening(): string {
    const { task, step, steps, run } = this.#start;
    const span = step === 0 ? `${steps} steps` : `steps ${step + 1} to ${steps}`;
    return `${task}: ${span}${run === undefined ? "" : ` -> ${run}`}`;
  }

  /** "step 12/100, loss 0.06512, 1.9 steps/s, 46 s left", with "20% of step 13 (412 of 2043 rows)" inside a long one. */
  current(): string {
    const { step, steps } = this.#start;
    const { rate } = this.#estimate;
    const left = this.#estimate.secondsLeft(this.#within?.fraction);
    const parts = [
      `step ${this.#row?.step ?? step}/${steps}`,
      this.#row && formatMetrics(this.#row),
      rate && formatRate(rate),
      left && `${formatDuration(left)} left`,
      this.#within && describe(this.#within),
    ];
    return parts.filter(Boolean).join(", ");
  }

  /** "completed after 100 steps in 42 s: ran all 100 steps". */
  closing({ status, step, seconds, reason }: ProgressEnd): string {
    return `${status} after ${step} steps in ${formatDuration(seconds)}: ${reason}`;
  }
}

function describe({ step, fraction, note }: Within): string {
  return `${Math.floor(100 * fraction)}% of step ${step}${note === undefined ? "" : ` (${note})`}`;
}
