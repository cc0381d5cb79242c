/**
 * Terms this far below the largest one are left out of a log-sum-exp: each is below exp(-50) = 2e-22 of the sum, so a
 * million of them stay below a float64 rounding.
 */
export const NEGLIGIBLE = -50;

/** log(exp(a) + exp(b)) for any finite or -Infinity a, b. */
export function logAddExp(a: number, b: number): number {
  const larger = Math.max(a, b);
  return larger === -Infinity ? -Infinity : larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
}

/** log sum_j exp(line[j] + logTaps[|index - j|]) over j < length; -Infinity if every term is absent. */
export function logSumExpOfLine(line: Float64Array, logTaps: Float64Array, index: number, length: number): number {
  let largest = -Infinity;
  for (let j = 0; j <= index; j++) {
    const term = line[j] + logTaps[index - j];
    if (term > largest) largest = term;
  }
  for (let j = index + 1; j < length; j++) {
    const term = line[j] + logTaps[j - index];
    if (term > largest) largest = term;
  }
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (let j = 0; j < length; j++) {
    const below = line[j] + logTaps[j < index ? index - j : j - index] - largest;
    if (below > NEGLIGIBLE) sum += Math.exp(below);
  }
  return largest + Math.log(sum);
}
