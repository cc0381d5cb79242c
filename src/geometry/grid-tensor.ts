import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../tensor/differentiable.ts";
import { sizeOf } from "../tensor/ndarray.ts";
import { withoutGradient } from "../tensor/without-gradient.ts";
import { isWebgpu } from "../webgpu/backend.ts";
import { checkRange } from "./checks.ts";
import type { GridGeometry, TensorKernel } from "./geometry.ts";
import { webgpuGridOperators } from "./grid-webgpu.ts";
import { logMatVec } from "./log-matvec.ts";
import { LOG_ZERO } from "./log-sum.ts";
import { valueOf } from "./variables.ts";

/** The one-dimensional matrices of an axis, [extent, extent], symmetric. */
interface AxisMatrices {
  readonly kernel: tf.Tensor2D;
  readonly logKernel: tf.Tensor2D;
  /** log(K * C), LOG_ZERO on the diagonal. */
  readonly logCostKernel: tf.Tensor2D;
}

/**
 * Float32 operators of a grid on the current backend. An application is one flat product [.., w] x [w, w] an axis with a
 * transposition between axes (a transposed or batched operand is several times slower on wasm). Owns three matrices an
 * axis, made at the first use. The kernel is symmetric, so `apply` is its own gradient and saves nothing.
 */
export function gridTensorKernel(geometry: GridGeometry, scale: number | tf.Scalar): TensorKernel {
  const { size, spacing, maxCost } = geometry;
  const variables = typeof scale === "number" ? undefined : { epsilon: scale };
  const epsilon = variables ? valueOf(variables.epsilon) : (scale as number);
  checkRange(epsilon, maxCost, "float32");
  const count = sizeOf(size);
  let made: AxisMatrices[] | undefined;
  /** From the last axis to the first. Those of a variable epsilon belong to the scope in which they were made. */
  const axes = (): AxisMatrices[] => {
    if (made && !made.some(({ logKernel }) => logKernel.isDisposed)) return made;
    made = size
      .map((extent, axis) =>
        variables
          ? variableAxisMatrices(extent, spacing[axis], variables.epsilon)
          : axisMatrices(extent, spacing[axis], epsilon),
      )
      .reverse();
    return made;
  };
  const logProduct = (x: tf.Tensor2D, logKernel: tf.Tensor2D): tf.Tensor2D =>
    logMatVec(x, logKernel, variables !== undefined);

  /** Applies `pass` to rows of the last axis and rotates the axes; after all of them the order is the old one. */
  function throughAxes(x: tf.Tensor, pass: (rows: tf.Tensor2D, axis: AxisMatrices) => tf.Tensor2D): tf.Tensor {
    const rotated = axes().reduce<tf.Tensor>((now, axis) => rotate(pass(asRows(now, axis), axis), count), x);
    return tf.reshape(rotated, x.shape);
  }

  function apply(x: tf.Tensor): tf.Tensor {
    if (variables) return tf.tidy(() => throughAxes(x, (rows, { kernel }) => tf.matMul(rows, kernel)));
    const operation = tf.customGrad((input) => ({
      value: tf.tidy(() => throughAxes(input as tf.Tensor, (rows, { kernel }) => tf.matMul(rows, kernel))),
      gradFunc: (dy: tf.Tensor) => apply(dy),
    }));
    return operation(x);
  }

  function logApply(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => throughAxes(x, (rows, { logKernel }) => logProduct(rows, logKernel)));
  }

  // The recursion of the host kernel: cost <- K_a cost + (K_a * C_a) plain, plain <- K_a plain.
  function logApplyCost(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      let plain = x;
      let cost: tf.Tensor | undefined;
      for (const axis of axes()) {
        const rows = asRows(plain, axis);
        const added = logProduct(rows, axis.logCostKernel);
        const total: tf.Tensor2D = cost ? logAddExp(added, logProduct(asRows(cost, axis), axis.logKernel)) : added;
        cost = rotate(total, count);
        plain = rotate(logProduct(rows, axis.logKernel), count);
      }
      return tf.reshape(cost!, x.shape);
    });
  }

  const operators = isWebgpu() && !variables ? webgpuGridOperators(geometry, epsilon, logApply) : { apply, logApply };
  return {
    geometry,
    epsilon,
    variables,
    shape: [count, count],
    maxCost,
    apply: operators.apply,
    applyTranspose: operators.apply,
    logApply: operators.logApply,
    logApplyTranspose: operators.logApply,
    logApplyCost,
    dispose() {
      made?.forEach((axis) => tf.dispose([axis.kernel, axis.logKernel, axis.logCostKernel]));
      made = undefined;
    },
  };
}

function axisMatrices(extent: number, spacing: number, epsilon: number): AxisMatrices {
  const matrix = (entry: (squaredDistance: number) => number): tf.Tensor2D => {
    const data = Float32Array.from({ length: extent * extent }, (_, index) =>
      entry(((Math.floor(index / extent) - (index % extent)) * spacing) ** 2),
    );
    return tf.keep(tf.tensor2d(data, [extent, extent]));
  };
  return {
    kernel: matrix((cost) => Math.exp(-cost / epsilon)),
    logKernel: matrix((cost) => -cost / epsilon),
    logCostKernel: matrix((cost) => (cost === 0 ? LOG_ZERO : Math.log(cost) - cost / epsilon)),
  };
}

/** The same as functions of epsilon, for the tape. */
function variableAxisMatrices(extent: number, spacing: number, epsilon: tf.Scalar): AxisMatrices {
  const matrix = (entry: (squaredDistance: number) => number): tf.Tensor2D => {
    const at = (index: number) => ((Math.floor(index / extent) - (index % extent)) * spacing) ** 2;
    const data = Float32Array.from({ length: extent * extent }, (_, index) => entry(at(index)));
    return tf.tensor2d(data, [extent, extent]);
  };
  const logKernel = tf.div<tf.Tensor2D>(
    matrix((cost) => -cost),
    epsilon,
  );
  const logCost = matrix((cost) => (cost === 0 ? LOG_ZERO : Math.log(cost)));
  return { kernel: exp(logKernel), logKernel, logCostKernel: tf.add(logCost, logKernel) };
}

function asRows(x: tf.Tensor, axis: AxisMatrices): tf.Tensor2D {
  return tf.reshape(x, [-1, axis.kernel.shape[0]]);
}

/** [batch * rest, w] -> [batch, w, rest]: the axis just done goes first, the next one is contiguous. */
function rotate(rows: tf.Tensor2D, count: number): tf.Tensor {
  const extent = rows.shape[1];
  const rest = count / extent;
  return rest === 1 ? rows : tf.transpose(tf.reshape(rows, [-1, rest, extent]), [0, 2, 1]);
}

function logAddExp(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const larger = withoutGradient(a, (values) => tf.maximum(values, b));
  return tf.add(larger, tf.log(tf.add(exp(tf.sub(a, larger)), exp(tf.sub(b, larger)))));
}
