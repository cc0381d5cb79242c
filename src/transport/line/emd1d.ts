import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import type { Numbers } from "../../tensor/ndarray.ts";

import type { SparsePlan } from "../exact/emd-result.ts";
import { lazyGradients, massGradients, pointGradients, potentialsOf, type LineGradients } from "./gradients.ts";
import type { LinePotentials } from "./potentials.ts";
import {
  checkPower,
  coordinatesOf,
  lineMasses,
  lineProblem,
  powerCost,
  sortedPair,
  type LineOptions,
  type LineProblem,
} from "./problem.ts";
import { monotoneCost, staircase } from "./staircase.ts";
import { lineTransport, type LineTensorOptions } from "./tensor.ts";

export interface Emd1dResult {
  /** W_p^p = <P, |x - y|^p>, p-th powers of the unit of x, times the total mass. */
  readonly value: number;
  /** value^(1/p) */
  readonly distance: number;
  /** The monotone plan, by rows; at most n + m - 1 entries. */
  plan(): SparsePlan;
  /** f [n] and g [m] with f_i + g_j <= |x_i - y_j|^p everywhere and <f, a> + <g, b> = value. */
  potentials(): LinePotentials;
  /** Of the value. */
  gradients(): LineGradients;
}

/**
 * Exact transport between points x [n] and y [m] of the line, for the cost |x - y|^p: by sorting, in O((n + m) log(n + m)) at most
 * and without a matrix. SciPy's `wasserstein_distance` is `value` for p = 1, POT's `wasserstein_1d` and `emd2_1d` for any p. In float64 on
 * the host; plan, potentials and gradients are computed when they are asked for.
 *
 * For tensors x [..., n] and y [..., m] it is W_p^p [...] on the tape, differentiable in x, y, a and b any number of times (see
 * `lineTransport`). Throws InputError.
 */
export function emd1d(x: tf.Tensor, y: tf.Tensor, options?: LineTensorOptions): tf.Tensor;
export function emd1d(x: Numbers, y: Numbers, options?: LineOptions): Emd1dResult;
export function emd1d(
  x: Numbers | tf.Tensor,
  y: Numbers | tf.Tensor,
  options: LineOptions | LineTensorOptions = {},
): Emd1dResult | tf.Tensor {
  if (x instanceof tf.Tensor || y instanceof tf.Tensor)
    return lineTransport(x as tf.Tensor, y as tf.Tensor, options as LineTensorOptions);
  const { a, b, p = 1 } = options as LineOptions;
  checkPower(p);
  const [first, second] = [coordinatesOf(x, "points x"), coordinatesOf(y, "points y")];
  const masses = lineMasses({ a, b }, first.length, second.length);
  const value = monotoneCost(sortedPair(first, second, masses), powerCost(p));
  if (!Number.isFinite(value)) {
    throw new InputError(`emd1d: the value is beyond float64 with p = ${p}; scale the coordinates`);
  }
  const problem = (): LineProblem => lineProblem(first, second, masses);
  return {
    value,
    distance: value ** (1 / p),
    plan: () => planOf(problem()),
    potentials: () => potentialsOf(problem(), p),
    gradients() {
      const sorted = problem();
      return lazyGradients(
        () => pointGradients(sorted, p),
        () => massGradients(sorted, p),
      );
    },
  };
}

/** The monotone plan of a sorted problem, in the caller's order. */
function planOf({ rows, columns, ...pair }: LineProblem): SparsePlan {
  const path = staircase(pair, true);
  const kept = Int32Array.from(path.masses.keys()).filter((step) => path.masses[step] > 0);
  const entries = kept.sort(
    (s, t) => rows[path.rows[s]] - rows[path.rows[t]] || columns[path.columns[s]] - columns[path.columns[t]],
  );
  return {
    rows: entries.map((step) => rows[path.rows[step]]),
    columns: entries.map((step) => columns[path.columns[step]]),
    masses: Float64Array.from(entries, (step) => path.masses[step]),
  };
}
