import { LOG_ZERO } from "../../../geometry/log-sum.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Scalings } from "./trajectory.ts";

/** Writes log-scalings of a data point, of which `log` is the logarithm of what is stored; log 0 as `LOG_ZERO`. */
export function writeLogScalings(
  scalings: Scalings,
  options: ResolvedOptions,
  log: (stored: number) => number,
  out: Float64Array,
): void {
  let at = 0;
  for (const values of inOrder(scalings, options)) {
    for (const value of values) out[at++] = Math.max(log(value), LOG_ZERO);
  }
}

/** Fills the scalings before the first iteration with what `stored` makes of log-scalings, of zeros by default. */
export function readLogScalings(
  start: Float64Array | undefined,
  options: ResolvedOptions,
  stored: (log: number) => number,
  scalings: Scalings,
): void {
  let at = 0;
  for (const values of inOrder(scalings, options)) {
    if (!start) values.fill(stored(0));
    else for (let i = 0; i < values.length; i++) values[i] = stored(startingLog(start[at++]));
  }
}

/** In the order of `logScalingShape`. */
function inOrder({ a, b, debias }: Scalings, { sides }: ResolvedOptions): readonly Float64Array[] {
  return [...b, ...(sides === 2 ? a : []), ...(debias ? [debias] : [])];
}

/** A log-scaling to start from: one that stood for no mass starts at 1, as its power would be infinite with mass. */
function startingLog(stored: number): number {
  return stored > LOG_ZERO / 2 ? stored : 0;
}
