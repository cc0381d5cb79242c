import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";
import { LOG_ZERO } from "../geometry/log-sum.ts";
import { describe, float64Of, type Numbers } from "../tensor/ndarray.ts";
import { withoutGradient } from "../tensor/without-gradient.ts";

/** Largest relative difference of the totals of two histograms that float32 rounding explains. */
const TOTAL_TOLERANCE = 1e-5;

/** A smaller total would leave its parts without digits. */
const SMALLEST_TOTAL = 1e-290;

/** Throws InputError unless `masses` are `count` finite numbers >= 0, not all zero. Returns their total. */
export function checkMasses(masses: ArrayLike<number>, count: number, name: string): number {
  if (masses.length !== count) {
    throw new InputError(`masses ${name}: expected ${count} (one a point of the geometry), got ${masses.length}`);
  }
  let total = 0;
  for (let index = 0; index < count; index++) {
    const mass = masses[index];
    if (!(mass >= 0 && mass < Infinity)) {
      throw new InputError(`masses ${name}: expected finite numbers >= 0, got ${mass} at index ${index}`);
    }
    total += mass;
  }
  if (total === Infinity) throw new InputError(`masses ${name}: their sum is beyond float64; divide them`);
  if (total === 0) throw new InputError(`masses ${name}: all ${count} are zero; at least one must be positive`);
  if (total < SMALLEST_TOTAL) {
    throw new InputError(`masses ${name}: their sum ${total} leaves float64 few digits; multiply them`);
  }
  return total;
}

/** Two histograms in float64. */
export interface HostMarginals {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/**
 * Masses as callers have them, in float64. Throws InputError unless they are histograms, of equal total if no penalties stand for
 * marginals.
 */
export function hostMarginals(
  a: Numbers,
  b: Numbers,
  shape: readonly [n: number, m: number],
  penalties?: object,
): HostMarginals {
  const marginals = { a: float64Of(a, "masses a"), b: float64Of(b, "masses b") };
  checkPair(marginals.a, marginals.b, shape, penalties);
  return marginals;
}

export function totalOf(masses: Float64Array): number {
  return masses.reduce((sum, mass) => sum + mass, 0);
}

/**
 * The totals of a and b. Throws InputError unless these are histograms on the two sides of a geometry, of equal total if no penalties
 * stand for marginals.
 */
export function checkPair(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [n, m]: readonly [number, number],
  penalties?: object,
): readonly [a: number, b: number] {
  const totals = [checkMasses(a, n, "a"), checkMasses(b, m, "b")] as const;
  if (!penalties) checkTotals(...totals);
  return totals;
}

/** Whether totals are equal up to rounding. */
export function totalsAgree(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOTAL_TOLERANCE * a;
}

/** Throws InputError unless the totals of a and b are equal up to rounding. */
export function checkTotals(a: number, b: number): void {
  if (!totalsAgree(a, b)) {
    throw new InputError(
      `masses: a sums to ${a}, b to ${b}; balanced transport needs equal totals, so normalise both, or give rho`,
    );
  }
}

/** Throws InputError unless a [..., n] and b [..., m] have equal leading dimensions. Values are not read. */
export function checkPairShapes(a: tf.Tensor, b: tf.Tensor, [n, m]: readonly [number, number]): void {
  for (const [masses, name] of [
    [a, "a"],
    [b, "b"],
  ] as const) {
    if (!(masses instanceof tf.Tensor)) {
      throw new InputError(`masses ${name}: expected a tensor, got ${describe(masses)}`);
    }
  }
  const matches =
    a.shape.at(-1) === n && b.shape.at(-1) === m && a.shape.slice(0, -1).join() === b.shape.slice(0, -1).join();
  if (!matches) {
    throw new InputError(
      `masses: expected a [..., ${n}] and b [..., ${m}] with equal leading dimensions, got [${a.shape.join(", ")}] and ` +
        `[${b.shape.join(", ")}]`,
    );
  }
}

/** True where there is mass; a constant of the tape. */
export function hasMass(masses: tf.Tensor): tf.Tensor {
  return withoutGradient(masses, (values) => tf.greater(values, 0));
}

/** log of masses, LOG_ZERO where there is none; the gradient there is zero, not NaN. */
export function logMasses(masses: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const present = hasMass(masses);
    const logs = tf.log(tf.where(present, masses, tf.fill(masses.shape, 1)));
    return tf.where(present, logs, tf.fill(masses.shape, LOG_ZERO));
  });
}

/** f = fKL + epsilon log a, LOG_ZERO where there is no mass. */
export function withMasses(klPotential: tf.Tensor, masses: tf.Tensor, epsilon: number | tf.Scalar): tf.Tensor {
  return tf.tidy(() => {
    const potential = tf.add(klPotential, tf.mul(logMasses(masses), epsilon));
    return tf.where(hasMass(masses), potential, tf.fill(masses.shape, LOG_ZERO));
  });
}
