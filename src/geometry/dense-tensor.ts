import * as tf from "@tensorflow/tfjs-core";
import { isWebgpu } from "../webgpu/backend.ts";
import { matrixSource } from "../webgpu/costs/matrix.ts";
import { checkRange } from "./checks.ts";
import { costShift, largestCost, type DenseGeometry, type TensorKernel } from "./geometry.ts";
import { logMatVec } from "./log-matvec.ts";
import { LOG_ZERO } from "./log-sum.ts";
import { overRows } from "./over-rows.ts";
import { variableKernel } from "./variable-kernel.ts";
import { webgpuKernel } from "./webgpu-kernel.ts";

type Operator = "kernel" | "logKernel" | "logCostKernel";

/**
 * Float32 operators of a cost matrix [n, m] on the current backend. Owns K, -C / epsilon, their transposes (a transposed
 * operand is several times slower on wasm) and log(K * (C - shift)), each made at its first use. `apply` and `applyTranspose` are
 * each other's gradient and save nothing. On WebGPU it is `webgpuKernel`.
 */
export function denseTensorKernel(geometry: DenseGeometry, scale: number | tf.Scalar): TensorKernel {
  if (geometry.variables || typeof scale !== "number") return variableKernel(geometry, scale);
  const epsilon = scale;
  if (isWebgpu())
    return webgpuKernel(geometry, epsilon, matrixSource(geometry.cost.data, geometry.shape, costShift(geometry)));
  const {
    cost: { data: cost },
    shape: [n, m],
  } = geometry;
  const maxCost = largestCost(geometry);
  const shift = costShift(geometry);
  checkRange(epsilon, maxCost, "float32");
  const entries: Readonly<Record<Operator, (entry: number) => number>> = {
    kernel: (entry) => Math.exp(-entry / epsilon),
    logKernel: (entry) => -entry / epsilon,
    logCostKernel: (entry) => (entry === shift ? LOG_ZERO : Math.log(entry - shift) - entry / epsilon),
  };
  const owned = new Map<string, tf.Tensor2D>();

  /** An operator's matrix, [n, m], or its transpose [m, n]; kept until `dispose`. */
  function matrix(operator: Operator, transposed = false): tf.Tensor2D {
    const name = transposed ? `${operator} transposed` : operator;
    const made = owned.get(name) ?? tf.keep(makeMatrix(entries[operator], transposed));
    owned.set(name, made);
    return made;
  }

  function makeMatrix(entry: (cost: number) => number, transposed: boolean): tf.Tensor2D {
    if (!transposed) return tf.tensor2d(Float32Array.from(cost, entry), [n, m]);
    const data = Float32Array.from(cost, (_, index) => entry(cost[(index % n) * m + Math.floor(index / n)]));
    return tf.tensor2d(data, [m, n]);
  }

  /** K x (x [.., m] times K^T [m, n]) or K^T x. Each is the gradient of the other. */
  function product(x: tf.Tensor, adjoint: boolean): tf.Tensor {
    const operation = tf.customGrad((input) => ({
      value: overRows(input as tf.Tensor, (rows) => tf.matMul(rows, matrix("kernel", !adjoint))),
      gradFunc: (dy: tf.Tensor) => product(dy, !adjoint),
    }));
    return operation(x);
  }

  return {
    geometry,
    epsilon,
    shape: [n, m],
    maxCost,
    apply: (x) => product(x, false),
    applyTranspose: (x) => product(x, true),
    logApply: (x) => overRows(x, (rows) => logMatVec(rows, matrix("logKernel"))),
    logApplyTranspose: (x) => overRows(x, (rows) => logMatVec(rows, matrix("logKernel", true))),
    logApplyCost: (x) => overRows(x, (rows) => logMatVec(rows, matrix("logCostKernel"))),
    dispose() {
      owned.forEach((tensor) => tensor.dispose());
      owned.clear();
    },
  };
}
