import { InputError } from "../../errors.ts";
import { arrayOf, type ArrayInput } from "../../tensor/inputs.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";

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
export function planMarginals(plan: ArrayInput): [first: Float64Array, second: Float64Array] {
  const { data, shape } = arrayOf(plan, 2, "plan");
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
export function hilbertMetric(first: Numbers, second: Numbers): number {
  const [logU, logV] = [float64Of(first, "log-scalings"), float64Of(second, "log-scalings")];
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

function l1Distance(givenX: Numbers, givenY: Numbers): number {
  const [x, y] = [float64Of(givenX, "marginal"), float64Of(givenY, "masses")];
  requireEqualLengths("marginal violation", x, y);
  let sum = 0;
  for (let index = 0; index < x.length; index++) sum += Math.abs(x[index] - y[index]);
  return sum;
}

function requireEqualLengths(what: string, x: Numbers, y: Numbers): void {
  if (x.length !== y.length) throw new InputError(`${what}: expected equal lengths, got ${x.length} and ${y.length}`);
}
