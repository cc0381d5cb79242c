import type { MetricsRow } from "../../models/task.ts";

/** Weight of the newest step in the running mean of step durations. */
const NEWEST_WEIGHT = 0.1;

/** Rate and time left from the durations of the steps seen since the start of this process. */
export class Estimate {
  readonly #steps: number;
  #step: number;
  #seconds: number | undefined;
  #secondsPerStep: number | undefined;

  constructor({ step, steps }: { readonly step: number; readonly steps: number }) {
    this.#step = step;
    this.#steps = steps;
  }

  /** Takes in a finished step. The first one is set aside: it pays for what later ones reuse. */
  observe({ step, seconds }: MetricsRow): void {
    if (this.#seconds !== undefined) {
      const duration = seconds - this.#seconds;
      const mean = this.#secondsPerStep ?? duration;
      this.#secondsPerStep = mean + NEWEST_WEIGHT * (duration - mean);
    }
    this.#step = step;
    this.#seconds = seconds;
  }

  /** Steps a second; undefined until two steps were seen. */
  get rate(): number | undefined {
    return this.#secondsPerStep ? 1 / this.#secondsPerStep : undefined;
  }

  /** Seconds to the last step. @param fraction part of the present step that is done */
  secondsLeft(fraction = 0): number | undefined {
    if (this.#secondsPerStep === undefined) return undefined;
    return Math.max(0, this.#steps - this.#step - fraction) * this.#secondsPerStep;
  }
}
