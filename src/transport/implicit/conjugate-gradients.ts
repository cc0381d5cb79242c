import { RunError } from "../../errors.ts";

export interface LinearOptions {
  /** Largest residual, relative to the right side's. @default 1e-11 */
  readonly linearTolerance?: number;
  /** @default 2000 */
  readonly linearIterations?: number;
}

/**
 * Solves A x = right by conjugate gradients in the inner product of `weights` [n], in which A is symmetric and not negative. That is
 * the system `diag(weights) A` preconditioned by its diagonal `weights`. Entries of weight zero take no part in sums. With
 * `constants`, A maps constants to zero: right sides and solutions are kept free of them, a ridge on that direction alone.
 * Throws RunError where the residual does not come down to the tolerance: the caller has no solution then.
 */
export function conjugateGradients(
  apply: (x: Float64Array) => Float64Array,
  right: Float64Array,
  weights: Float64Array,
  constants: boolean,
  { linearTolerance = 1e-11, linearIterations = 2000 }: LinearOptions = {},
): Float64Array {
  const count = right.length;
  const total = constants ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
  const weighted = (x: Float64Array, y: Float64Array): number => {
    let sum = 0;
    for (let at = 0; at < count; at++) if (weights[at] !== 0) sum += weights[at] * x[at] * y[at];
    return sum;
  };
  const withoutConstants = (x: Float64Array): Float64Array => {
    if (!constants) return x;
    let mean = 0;
    for (let at = 0; at < count; at++) if (weights[at] !== 0) mean += weights[at] * x[at];
    mean /= total;
    return x.map((value) => value - mean);
  };
  const x = new Float64Array(count);
  let residual = withoutConstants(right.slice());
  const direction = residual.slice();
  let square = weighted(residual, residual);
  const enough = linearTolerance ** 2 * weighted(right, right);
  for (let iteration = 0; square > enough; iteration++) {
    const product = apply(direction);
    const curvature = weighted(direction, product);
    if (!(curvature > 0) || iteration === linearIterations) {
      throw new RunError(
        `implicit derivative: conjugate gradients stopped after ${iteration} iterations at a residual of ` +
          `${Math.sqrt(square / weighted(right, right))} (wanted ${linearTolerance}); take a larger epsilon or linearTolerance, ` +
          "or more linearIterations",
      );
    }
    const step = square / curvature;
    for (let at = 0; at < count; at++) {
      x[at] += step * direction[at];
      residual[at] -= step * product[at];
    }
    residual = withoutConstants(residual);
    const next = weighted(residual, residual);
    for (let at = 0; at < count; at++) direction[at] = residual[at] + (next / square) * direction[at];
    square = next;
  }
  if (!Number.isFinite(square)) {
    throw new RunError("implicit derivative: the right side is not finite; are the potentials and the direction?");
  }
  return x;
}
