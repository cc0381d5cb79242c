import type { MetricsRow } from "../../models/task.ts";

/** Metrics shown of each step, from the first; the log has them all. */
const SHOWN_METRICS = 3;
const SIGNIFICANT_DIGITS = 4;

/** "42 s", "3 min 05 s", "2 h 14 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** "2.3 steps/s", or "14 s/step" for slow ones. */
export function formatRate(stepsPerSecond: number): string {
  if (stepsPerSecond >= 1) return `${significant(stepsPerSecond, 2)} steps/s`;
  return `${significant(1 / stepsPerSecond, 2)} s/step`;
}

/** "loss 0.06512, gradientNorm 1.3e-5": the first metrics of a step. */
export function formatMetrics(row: MetricsRow): string {
  return Object.entries(row)
    .filter(([name]) => name !== "step" && name !== "seconds")
    .slice(0, SHOWN_METRICS)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : significant(value, SIGNIFICANT_DIGITS)}`)
    .join(", ");
}

function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  return text.includes("e") && Math.abs(value) >= 1 ? String(Math.round(value)) : text;
}
