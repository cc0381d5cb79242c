import { isDrawable } from "./drawable.ts";
import type { MetricPanel } from "./metric-panel.ts";

/** How many of ascending numbers are below `value`; with `orAt` also those that equal it. */
export function below(ascending: readonly (number | null)[], value: number, orAt = false): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = ascending[middle] ?? -Infinity;
    if (at < value || (orAt && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last index before `at` with a value that can be drawn; `at` where there is none. */
export function previous(values: readonly (number | null)[], scale: MetricPanel["scale"], at: number): number {
  for (let index = at - 1; index >= 0; index--) if (isDrawable(values[index], scale)) return index;
  return at;
}

/** One behind the first index from `at` on with a value that can be drawn; `at` where there is none. */
export function next(values: readonly (number | null)[], scale: MetricPanel["scale"], at: number): number {
  for (let index = at; index < values.length; index++) if (isDrawable(values[index], scale)) return index + 1;
  return at;
}
