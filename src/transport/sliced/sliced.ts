import * as tf from "@tensorflow/tfjs-core";
import { checkedPoints, type Points } from "../../geometry/points.ts";
import { rowOf, type NdArray } from "../../tensor/ndarray.ts";
import { lazyGradients, massGradients, pointGradients, type LineGradients } from "../line/gradients.ts";
import {
  checkPower,
  lineMasses,
  lineProblem,
  powerCost,
  sortedPair,
  type LineOptions,
  type LineProblem,
} from "../line/problem.ts";
import { monotoneCost } from "../line/staircase.ts";
import { unitDirections, type DirectionOptions } from "./directions.ts";
import { slicedTransport, type SlicedTensorOptions } from "./tensor.ts";

/** As of `emd1d`, but for p: 2 is the default here. */
export interface SlicedOptions extends LineOptions, DirectionOptions {}

export interface SlicedResult {
  /** The mean of W_p^p along the directions (sliced), or the largest (max-sliced): the p-th power of the distance. */
  readonly value: number;
  /** value^(1/p), which is what POT returns. */
  readonly distance: number;
  /** Unit vectors [projections, d]. */
  readonly directions: NdArray<Float64Array>;
  /** W_p^p along each direction. */
  readonly values: Float64Array;
  /** Of the value, in x [n, d], y [m, d], a [n] and b [m]; those in masses are centred. */
  gradients(): LineGradients;
}

/**
 * Sliced Wasserstein distance of points x [n, d] and y [m, d]: exact transport of their projections, for the cost |.|^p, averaged over
 * directions (Bonneel et al. 2015). In float64 on the host, O(projections (n + m) (d + log(n + m))).
 *
 * For tensors it is the value, a scalar on the tape, differentiable in x, y, a and b (see `slicedTransport`). Throws InputError.
 */
export function slicedWasserstein(x: tf.Tensor, y: tf.Tensor, options?: SlicedTensorOptions): tf.Scalar;
export function slicedWasserstein(x: Points, y: Points, options?: SlicedOptions): SlicedResult;
export function slicedWasserstein(
  x: Points | tf.Tensor,
  y: Points | tf.Tensor,
  options: SlicedOptions | SlicedTensorOptions = {},
): SlicedResult | tf.Scalar {
  if (x instanceof tf.Tensor || y instanceof tf.Tensor) {
    return tf.tidy(() =>
      tf.mean<tf.Scalar>(slicedTransport(x as tf.Tensor, y as tf.Tensor, options as SlicedTensorOptions)),
    );
  }
  return slicesOf(x, y, options as SlicedOptions, (values) => ({
    value: values.reduce((sum, each) => sum + each, 0) / values.length,
    share: () => 1 / values.length,
  }));
}

/**
 * Max-sliced Wasserstein distance: the largest along the given or drawn directions (Deshpande et al. 2019; as POT, it climbs no
 * further). Otherwise as `slicedWasserstein`; the gradient is that of the largest slice.
 */
export function maxSlicedWasserstein(x: tf.Tensor, y: tf.Tensor, options?: SlicedTensorOptions): tf.Scalar;
export function maxSlicedWasserstein(x: Points, y: Points, options?: SlicedOptions): SlicedResult;
export function maxSlicedWasserstein(
  x: Points | tf.Tensor,
  y: Points | tf.Tensor,
  options: SlicedOptions | SlicedTensorOptions = {},
): SlicedResult | tf.Scalar {
  if (x instanceof tf.Tensor || y instanceof tf.Tensor) {
    return tf.tidy(() => {
      const values = slicedTransport(
        x as tf.Tensor,
        y as tf.Tensor,
        options as SlicedTensorOptions,
        "maxSlicedWasserstein",
      );
      const found = values.dataSync();
      return tf.squeeze<tf.Scalar>(tf.slice(values, [found.indexOf(Math.max(...found))], [1]));
    });
  }
  return slicesOf(x, y, options as SlicedOptions, (values) => {
    const largest = values.indexOf(Math.max(...values));
    return { value: values[largest], share: (slice) => (slice === largest ? 1 : 0) };
  });
}

/** What a value makes of the slices, and the derivative in each. */
type Summary = (values: Float64Array) => { readonly value: number; readonly share: (slice: number) => number };

function slicesOf(givenX: Points, givenY: Points, options: SlicedOptions, summary: Summary): SlicedResult {
  const { p = 2 } = options;
  checkPower(p);
  const { x, y } = checkedPoints(givenX, givenY);
  const masses = lineMasses(options, x.shape[0], y.shape[0]);
  const directions = unitDirections(options, x.shape[1]);
  const directionOf = (slice: number): Float64Array => rowOf(directions.data, x.shape[1], slice);
  const values = new Float64Array(directions.shape[0]);
  const costOf = powerCost(p);
  for (let slice = 0; slice < values.length; slice++) {
    const direction = directionOf(slice);
    values[slice] = monotoneCost(sortedPair(projected(x, direction), projected(y, direction), masses), costOf);
  }
  const { value, share } = summary(values);
  const eachSlice = (add: (problem: LineProblem, weight: number, direction: Float64Array) => void): void => {
    values.forEach((_, slice) => {
      const direction = directionOf(slice);
      const weight = share(slice);
      if (weight > 0) add(lineProblem(projected(x, direction), projected(y, direction), masses), weight, direction);
    });
  };
  const ofPoints = () => {
    const sum = { x: new Float64Array(x.data.length), y: new Float64Array(y.data.length) };
    eachSlice((problem, weight, direction) => {
      const one = pointGradients(problem, p);
      addOuter(one.x, direction, weight, sum.x);
      addOuter(one.y, direction, weight, sum.y);
    });
    return sum;
  };
  const ofMasses = () => {
    const sum = { a: new Float64Array(x.shape[0]), b: new Float64Array(y.shape[0]) };
    eachSlice((problem, weight) => {
      const one = massGradients(problem, p);
      one.a.forEach((slope, i) => (sum.a[i] += weight * slope));
      one.b.forEach((slope, j) => (sum.b[j] += weight * slope));
    });
    return sum;
  };
  const gradients = (): LineGradients => lazyGradients(ofPoints, ofMasses);
  return { value, distance: value ** (1 / p), directions, values, gradients };
}

/** <x_i, direction> [n] */
function projected({ data, shape: [n, d] }: NdArray<Float64Array>, direction: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let axis = 0; axis < d; axis++, at++) sum += data[at] * direction[axis];
    out[i] = sum;
  }
  return out;
}

/** out += weight slopes direction^T */
function addOuter(slopes: Float64Array, direction: Float64Array, weight: number, out: Float64Array): void {
  const d = direction.length;
  for (let i = 0; i < slopes.length; i++) {
    for (let axis = 0; axis < d; axis++) out[i * d + axis] += weight * slopes[i] * direction[axis];
  }
}
