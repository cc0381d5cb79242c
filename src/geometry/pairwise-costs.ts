import * as tf from "@tensorflow/tfjs-core";
import { withoutGradient } from "../tensor/without-gradient.ts";
import type { PointCost } from "./geometry.ts";

/** C [n, m] of points x [n, d] and y [m, d] by operations of the tape. Slopes are zero where a cost has a kink. */
export function pairwiseCosts(x: tf.Tensor2D, y: tf.Tensor2D, cost: PointCost): tf.Tensor2D {
  return tf.tidy(() => COSTS[cost](x, y));
}

const COSTS: Readonly<Record<PointCost, (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Tensor2D>> = {
  "squared-euclidean": squaredDistances,
  euclidean(x, y) {
    const squares = squaredDistances(x, y);
    const apart = withoutGradient(squares, (values) => tf.cast(tf.greater(values, 0), "float32"));
    return tf.mul(tf.sqrt(tf.add(squares, tf.sub(1, apart))), apart);
  },
  manhattan: (x, y) =>
    overAxes(x, y, (difference) =>
      tf.mul(
        difference,
        withoutGradient(difference, (values) => tf.sign(values)),
      ),
    ),
  cosine: (x, y) => tf.div(squaredDistances(unit(x), unit(y)), 2),
};

/** Axis by axis, so that no [n, m, d] is made and near points keep their digits. */
function overAxes(x: tf.Tensor2D, y: tf.Tensor2D, term: (difference: tf.Tensor) => tf.Tensor): tf.Tensor2D {
  const [first, second] = [tf.unstack(x, 1), tf.unstack(y, 1)]; // [n] and [m], one an axis
  const terms = first.map((column, axis) => term(tf.sub(tf.expandDims(column, 1), tf.expandDims(second[axis], 0))));
  return tf.addN(terms) as tf.Tensor2D;
}

function squaredDistances(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D {
  return overAxes(x, y, (difference) => tf.square(difference));
}

function unit(points: tf.Tensor2D): tf.Tensor2D {
  return tf.div(points, tf.sqrt(tf.sum(tf.square(points), 1, true)));
}
