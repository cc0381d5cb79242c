import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../tensor/differentiable.ts";
import { isOnHost } from "../tensor/placement.ts";
import { withoutGradient } from "../tensor/without-gradient.ts";
import { checkRange } from "./checks.ts";
import { costShift, largestCost, type Geometry, type TensorKernel } from "./geometry.ts";
import { logMatVec } from "./log-matvec.ts";
import { overRows } from "./over-rows.ts";
import { pairwiseCosts } from "./pairwise-costs.ts";
import { valueOf } from "./variables.ts";

/** log of a sum that underflows, in float32. */
const SMALLEST_SUM = 1e-37;

/**
 * Float32 operators of a cost that the tape follows: made of points, of a matrix, or with an epsilon that are tensors. They are
 * composed operations on matrices [n, m], recorded at the first use of each and of the scope that this is in; derivatives of every order.
 */
export function variableKernel(geometry: Geometry, scale: number | tf.Scalar): TensorKernel {
  const epsilon = typeof scale === "number" ? scale : isOnHost() ? valueOf(scale) : NaN;
  const variables = { ...geometry.variables, ...(typeof scale !== "number" && { epsilon: scale }) };
  if (isOnHost()) checkRange(epsilon, largestCost(geometry), "float32");
  const made = new Map<string, tf.Tensor2D>();

  function once(name: string, make: () => tf.Tensor2D): tf.Tensor2D {
    const known = made.get(name);
    if (known && !known.isDisposed) return known;
    const matrix = make();
    made.set(name, matrix);
    return matrix;
  }
  const costs = (): tf.Tensor2D => variables.cost ?? once("cost", () => costMatrix(geometry));
  const logKernel = (): tf.Tensor2D => once("log", () => tf.neg(tf.div<tf.Tensor2D>(costs(), scale)));
  const kernel = (): tf.Tensor2D => once("kernel", () => exp(logKernel()));
  const transposed = (name: string, matrix: () => tf.Tensor2D): tf.Tensor2D =>
    once(`${name} transposed`, () => tf.transpose(matrix()));

  /** log sum_j C_ij exp(x_j - C_ij / epsilon) with the C above its shift, also where that is zero and its slope is not. */
  function logCosts(x: tf.Tensor2D): tf.Tensor2D {
    const exponents = tf.add(tf.expandDims(x, 1), logKernel()); // [rows, n, m]
    const largest = withoutGradient(exponents, (values) => tf.max(values, -1, true));
    const aboveShift = tf.sub(costs(), shiftOf({ geometry, variables }));
    const sums = tf.sum(tf.mul(exp(tf.sub(exponents, largest)), aboveShift), -1);
    const floor = withoutGradient(sums, (values) =>
      tf.mul(tf.cast(tf.less(values, SMALLEST_SUM), "float32"), SMALLEST_SUM),
    );
    return tf.add(tf.log(tf.add(sums, floor)), tf.squeeze(largest, [2]));
  }

  return {
    geometry,
    get epsilon() {
      return Number.isNaN(epsilon) ? valueOf(scale as tf.Scalar) : epsilon;
    },
    variables,
    shape: geometry.shape,
    get maxCost() {
      return largestCost(geometry);
    },
    apply: (x) => overRows(x, (rows) => tf.matMul(rows, transposed("kernel", kernel))),
    applyTranspose: (x) => overRows(x, (rows) => tf.matMul(rows, kernel())),
    logApply: (x) => overRows(x, (rows) => logMatVec(rows, logKernel(), true)),
    logApplyTranspose: (x) => overRows(x, (rows) => logMatVec(rows, transposed("log", logKernel), true)),
    logApplyCost: (x) => overRows(x, logCosts),
    dispose() {
      made.forEach((tensor) => tensor.dispose());
      made.clear();
    },
  };
}

/** As `costShift`, without reading a matrix that lies on a device; a constant of the tape. */
export function shiftOf({ geometry, variables }: Pick<TensorKernel, "geometry" | "variables">): number | tf.Tensor {
  if (!variables?.cost || isOnHost()) return costShift(geometry);
  return withoutGradient(variables.cost, (entries) => tf.minimum(tf.min(entries), 0));
}

/** C [n, m] as the tape knows it. */
function costMatrix({ variables, costMatrix, shape: [n, m] }: Geometry): tf.Tensor2D {
  if (variables?.points) return pairwiseCosts(variables.points.x, variables.points.y, variables.points.cost);
  return tf.tensor2d(Float32Array.from(costMatrix().data), [n, m]);
}
