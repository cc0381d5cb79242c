import { formatNumber } from "../../../eval/format.ts";
import { metricNames } from "../thin.ts";
import type { Row, RunState, RunSummary } from "../messages.ts";

const STATES: Readonly<Record<RunState, string>> = {
  starting: "starting",
  running: "running",
  stopping: "stopping",
  writing: "writing result",
  finished: "finished",
  interrupted: "interrupted",
  unreadable: "not readable",
};

export function stateWords(state: RunState): string {
  return STATES[state];
}

/** "step 12 of 100" */
export function stepWords({ step, steps }: RunSummary): string {
  return steps === undefined ? `step ${step}` : `step ${step} of ${steps}`;
}

/** "loss 0.0651 · psnr 33.8": the newest values, at most four. */
export function metricWords(metrics: Row): string {
  return metricNames(metrics)
    .slice(0, 4)
    .map((name) => `${name} ${numberWords(metrics[name])}`)
    .join(" · ");
}

export function numberWords(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : formatNumber(value);
}

/** A date as the reader writes it. */
export function dateWords(iso: string | undefined): string | undefined {
  const date = new Date(iso ?? "");
  if (Number.isNaN(date.getTime())) return undefined;
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
