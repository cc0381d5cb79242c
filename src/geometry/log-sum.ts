/**
 * Terms this far below the largest one are left out of a log-sum-exp: each is below exp(-50) = 2e-22 of the sum, so a
 * million of them stay below a float64 rounding.
 */
export const NEGLIGIBLE = -50;

/**
 * What stands for log 0 in a tensor. Finite, so that differences of two of them are 0 and not NaN, far below anything
 * that occurs, and still in the range of float32 after a division by a small epsilon.
 */
export const LOG_ZERO = -1e30;

/** log(exp(a) + exp(b)) for any finite or -Infinity a, b. */
export function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? -Infinity : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** Weights by distance in steps, as logarithms. */
export interface LogTaps {
  readonly taps: Float64Array;
  /** The largest tap from each distance on. */
  readonly bounds: Float64Array;
}

export function logTaps(taps: Float64Array): LogTaps {
  const bounds = taps.slice();
  for (let distance = bounds.length - 2; distance >= 0; distance--) {
    bounds[distance] = Math.max(bounds[distance], bounds[distance + 1]);
  }
  return { taps, bounds };
}

/**
 * log sum_j exp(line[j] + taps[|index - j|]) over j < length; -Infinity if every term is absent. Goes outwards from `index`
 * and stops where all terms left are negligible, whatever the line holds there: `lineLargest` is its largest entry.
 */
export function logSumExpOfLine(
  line: Float64Array,
  length: number,
  lineLargest: number,
  { taps, bounds }: LogTaps,
  index: number,
): number {
  const farthest = Math.max(index, length - 1 - index);
  let largest = line[index] + taps[0];
  let reach = 0;
  while (reach < farthest && lineLargest + bounds[reach + 1] > largest + NEGLIGIBLE) {
    reach++;
    const below = index - reach;
    const above = index + reach;
    if (below >= 0 && line[below] + taps[reach] > largest) largest = line[below] + taps[reach];
    if (above < length && line[above] + taps[reach] > largest) largest = line[above] + taps[reach];
  }
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  const end = Math.min(length - 1, index + reach);
  for (let j = Math.max(0, index - reach); j <= end; j++) {
    const below = line[j] + taps[j < index ? index - j : j - index] - largest;
    if (below > NEGLIGIBLE) sum += Math.exp(below);
  }
  return largest + Math.log(sum);
}
