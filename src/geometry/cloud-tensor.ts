import * as tf from "@tensorflow/tfjs-core";
import { exp, isRecorded } from "../tensor/differentiable.ts";
import { isWebgpu } from "../webgpu/backend.ts";
import { pointSource } from "../webgpu/costs/points.ts";
import { checkRange } from "./checks.ts";
import { devicePoints } from "./cloud-webgpu.ts";
import type { CloudGeometry, Coordinates, TensorKernel } from "./geometry.ts";
import { LOG_ZERO } from "./log-sum.ts";
import { overRows } from "./over-rows.ts";
import { directionsOf } from "./point-directions.ts";
import { webgpuKernel } from "./webgpu-kernel.ts";

/** Entries of the largest intermediate, 16 MiB of float32. */
const CHUNK_ENTRIES = 2 ** 22;

type Operator = "kernel" | "logKernel" | "logCostKernel";

/**
 * Float32 operators of points on the current backend. Owns the coordinates, from their mean, and no matrix: each call forms some
 * rows of it, uses them and frees them. Gradients, of any order, form them again. On WebGPU it is `webgpuKernel`.
 */
export function cloudTensorKernel(geometry: CloudGeometry, epsilon: number): TensorKernel {
  const { coordinates, shape, maxCost } = geometry;
  if (isWebgpu()) return webgpuKernel(geometry, epsilon, pointSource(devicePoints(coordinates), epsilon));
  checkRange(epsilon, maxCost, "float32");
  const axes = axesOf(coordinates);

  /** Rows of an operator's matrix from `start` on: [length, m], or of its transpose [length, n]. */
  function rowsFrom(operator: Operator, transposed: boolean, start: number, length: number): tf.Tensor2D {
    return tf.tidy((): tf.Tensor2D => {
      const differences = axes.map(({ x, y }) => {
        const [left, right] = transposed ? [y, x] : [x, y];
        return tf.sub(tf.expandDims(tf.slice(left, start, length), 1), tf.expandDims(right, 0));
      });
      const cost = COSTS[coordinates.cost](differences) as tf.Tensor2D;
      const exponent = tf.mul<tf.Tensor2D>(cost, -1 / epsilon);
      if (operator === "kernel") return tf.exp<tf.Tensor2D>(exponent);
      if (operator === "logKernel") return exponent;
      const isZero = tf.equal(cost, 0);
      const logs = tf.add(tf.log(tf.where(isZero, tf.onesLike(cost), cost)), exponent);
      return tf.where(isZero, tf.fill(cost.shape, LOG_ZERO), logs) as tf.Tensor2D;
    });
  }

  /** `map` of all rows of an operator's matrix, some at a time, for `batch` rows of x at once. */
  function inPieces(
    operator: Operator,
    transposed: boolean,
    batch: number,
    map: (matrix: tf.Tensor2D, start: number) => tf.Tensor2D,
  ): tf.Tensor2D[] {
    const [rows, columns] = transposed ? [shape[1], shape[0]] : shape;
    const length = Math.max(1, Math.floor(CHUNK_ENTRIES / (columns * batch)));
    return Array.from({ length: Math.ceil(rows / length) }, (_, piece) => {
      const start = piece * length;
      return tf.tidy(() => map(rowsFrom(operator, transposed, start, Math.min(length, rows - start)), start));
    });
  }

  /** K x or K^T x: [.., columns] -> [.., rows]. Each is the gradient of the other. */
  function product(x: tf.Tensor, transposed: boolean): tf.Tensor {
    const operation = tf.customGrad((input) => ({
      value: overRows(input as tf.Tensor, (rows) =>
        joined(inPieces("kernel", transposed, 1, (matrix) => tf.matMul(rows, matrix, false, true))),
      ),
      gradFunc: (dy: tf.Tensor) => product(dy, !transposed),
    }));
    return operation(x);
  }

  /** log(A exp(x)) of an operator's matrix A; d/dx_j = sum_i dy_i softmax_j(x_j + log A_ij). */
  function logProduct(x: tf.Tensor, operator: Operator, transposed: boolean): tf.Tensor {
    const [rows, columns] = transposed ? [shape[1], shape[0]] : shape;
    const batch = x.size / columns;
    // [batch, length, columns]
    const terms = (given: tf.Tensor, matrix: tf.Tensor2D) =>
      tf.add(tf.reshape(given, [batch, 1, columns]), tf.expandDims(matrix, 0));
    const operation = tf.customGrad((input, save) => {
      const given = input as tf.Tensor;
      (save as tf.GradSaveFunc)([given]);
      const value = overRows(given, () =>
        joined(
          inPieces(operator, transposed, batch, (matrix) => tf.logSumExp(terms(given, matrix), -1) as tf.Tensor2D),
        ),
      );
      const gradFunc = (dy: tf.Tensor, [kept]: tf.Tensor[]) => {
        // Softmax of tfjs has no second derivative; what is recorded is made of the inputs.
        const logs = isRecorded() ? tf.reshape(logProduct(kept, operator, transposed), [batch, rows, 1]) : undefined;
        const weights = (matrix: tf.Tensor2D, start: number): tf.Tensor =>
          logs
            ? exp(tf.sub(terms(kept, matrix), tf.slice(logs, [0, start, 0], [batch, matrix.shape[0], 1])))
            : tf.softmax(terms(kept, matrix));
        const pieces = inPieces(operator, transposed, batch, (matrix, start) => {
          const [length] = matrix.shape;
          const piece = tf.slice(tf.reshape(dy, [batch, rows]), [0, start], [batch, length]);
          return tf.sum(tf.mul(weights(matrix, start), tf.reshape(piece, [batch, length, 1])), 1);
        });
        return tf.reshape(tf.addN(pieces), kept.shape);
      };
      return { value, gradFunc };
    });
    return operation(x);
  }

  return {
    geometry,
    epsilon,
    shape,
    maxCost,
    apply: (x) => product(x, false),
    applyTranspose: (x) => product(x, true),
    logApply: (x) => logProduct(x, "logKernel", false),
    logApplyTranspose: (x) => logProduct(x, "logKernel", true),
    logApplyCost: (x) => logProduct(x, "logCostKernel", false),
    dispose: () => tf.dispose(axes.map(({ x, y }) => [x, y])),
  };
}

const joined = (pieces: tf.Tensor2D[]): tf.Tensor2D => (pieces.length === 1 ? pieces[0] : tf.concat(pieces, 1));

/** C [rows, columns] of the differences along each axis. */
const COSTS: Readonly<Record<Coordinates["cost"], (differences: tf.Tensor[]) => tf.Tensor>> = {
  "squared-euclidean": (differences) => tf.addN(differences.map((difference) => tf.square(difference))),
  euclidean: (differences) => tf.sqrt(tf.addN(differences.map((difference) => tf.square(difference)))),
  manhattan: (differences) => tf.addN(differences.map((difference) => tf.abs(difference))),
  cosine: (differences) => tf.div(tf.addN(differences.map((difference) => tf.square(difference))), 2),
};

/** Coordinates along each axis, kept, from the mean of x: differences keep their digits in float32. Of directions, for the cosine. */
function axesOf({ x, y, cost }: Coordinates): { readonly x: tf.Tensor1D; readonly y: tf.Tensor1D }[] {
  const [n, d] = x.shape;
  const [first, second] = [x, y].map(({ data }) => (cost === "cosine" ? directionsOf(data, d) : data));
  return Array.from({ length: d }, (_, axis) => {
    const along = (points: Float64Array): Float64Array => points.filter((_value, at) => at % d === axis);
    const mean = along(first).reduce((sum, value) => sum + value, 0) / n;
    const tensor = (points: Float64Array): tf.Tensor1D =>
      tf.keep(tf.tensor1d(Float32Array.from(along(points), (value) => value - mean)));
    return { x: tensor(first), y: tensor(second) };
  });
}
