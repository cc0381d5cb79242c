import { InputError } from "../../errors.ts";
import type { NdArray, Numbers } from "../../tensor/ndarray.ts";

export interface MarginalViolation {
  /** |P 1 - a|_1 */
  readonly first: number;
  /** |P^T 1 - b|_1 */
  readonly second: number;
  /** Their mean. */
  readonly violation: number;
}

/** How far marginals (P 1 and P^T 1, as `entropicValues` gives them) are from a and b. */
export function marginalViolation(
  a: Numbers,
  b: Numbers,
  [rowSums, columnSums]: readonly [Numbers, Numbers],
): MarginalViolation {
  const first = l1Distance(rowSums, a);
  const second = l1Distance(columnSums, b);
  return { first, second, violation: (first + second) / 2 };
}

/** P 1 [n] and P^T 1 [m] of a plan [n, m]. */
export function planMarginals({ data, shape }: NdArray): [first: Float64Array, second: Float64Array] {
  const [n, m] = shape;
  const first = new Float64Array(n);
  const second = new Float64Array(m);
  for (let at = 0; at < data.length; at++) {
    first[Math.floor(at / m)] += data[at];
    second[at % m] += data[at];
  }
  return [first, second];
}

/**
 * Hilbert's projective metric of positive vectors, given by their logarithms: max - min of their difference. Entries that
 * are -Infinity in both (no mass) are passed over; if only one is, the distance is Infinity.
 */
export function hilbertMetric(logU: Numbers, logV: Numbers): number {
  requireEqualLengths("Hilbert metric", logU, logV);
  let largest = -Infinity;
  let smallest = Infinity;
  for (let index = 0; index < logU.length; index++) {
    if (logU[index] === -Infinity && logV[index] === -Infinity) continue;
    largest = Math.max(largest, logU[index] - logV[index]);
    smallest = Math.min(smallest, logU[index] - logV[index]);
  }
  return largest === -Infinity ? 0 : largest - smallest;
}

function l1Distance(x: Numbers, y: Numbers): number {
  requireEqualLengths("marginal violation", x, y);
  let sum = 0;
  for (let index = 0; index < x.length; index++) sum += Math.abs(x[index] - y[index]);
  return sum;
}

function requireEqualLengths(what: string, x: Numbers, y: Numbers): void {
  if (x.length !== y.length) throw new InputError(`${what}: expected equal lengths, got ${x.length} and ${y.length}`);
}
