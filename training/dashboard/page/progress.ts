import { element } from "../../../eval/page/element.ts";
import { Estimate } from "../../progress/estimate.ts";
import { formatDuration, formatRate } from "../../progress/format.ts";
import type { Row, RunSummary } from "../messages.ts";
import { stepWords } from "./words.ts";

/** How far a run is, how fast it goes, and how much time is left. */
export interface Progress {
  readonly box: HTMLElement;
  show(run: RunSummary): void;
  /** Takes in the rows of the run's log so far, in place of those that it knew. */
  begin(rows: readonly Row[]): void;
  /** Takes in the rows since. */
  observe(rows: readonly Row[]): void;
}

/** Of a history, rows from which the time a step takes is estimated. */
const TIMED_ROWS = 50;

export function progressBar(): Progress {
  const bar = element("progress", { max: 1 });
  bar.setAttribute("aria-label", "Steps done");
  const words = element("span");
  let steps: number | undefined;
  let isMoving = false;
  let estimate: Estimate | undefined;
  let seconds = 0;

  function say(step: string): void {
    const left = isMoving && steps !== undefined ? estimate?.secondsLeft() : undefined;
    const parts = [
      step,
      `${formatDuration(seconds)} of training`,
      isMoving && estimate?.rate && formatRate(estimate.rate),
      left && `${formatDuration(left)} left`,
    ];
    words.textContent = parts.filter(Boolean).join(", ");
  }
  function observe(rows: readonly Row[]): void {
    for (const { step, seconds: at } of rows) {
      if (typeof step !== "number" || typeof at !== "number") continue;
      estimate ??= new Estimate({ step, steps: steps ?? 0 });
      estimate.observe({ step, seconds: at });
    }
  }
  return {
    box: element("span", { className: "bar" }, bar, words),
    show(run) {
      if (steps !== run.steps) estimate = undefined;
      steps = run.steps;
      isMoving = run.state === "running";
      seconds = run.metrics["seconds"] ?? seconds;
      bar.hidden = steps === undefined;
      bar.value = steps === undefined ? 0 : Math.min(1, run.step / steps);
      say(stepWords(run));
    },
    begin(rows) {
      estimate = undefined;
      observe(rows.slice(-TIMED_ROWS));
    },
    observe,
  };
}
