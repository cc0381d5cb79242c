import * as tf from "@tensorflow/tfjs-core";
import { isRecorded } from "../tensor/differentiable.ts";
import { logSum } from "../webgpu/costs/log-sum.ts";
import type { CostSource } from "../webgpu/costs/source.ts";
import { weightedSum } from "../webgpu/costs/weighted-sum.ts";
import { allocate, asTensor } from "../webgpu/launch.ts";
import { checkRange } from "./checks.ts";
import { largestCost, type Geometry, type TensorKernel } from "./geometry.ts";

const sources = new WeakMap<TensorKernel, CostSource>();

/** The costs on the device that a kernel is made of; undefined of another kind of kernel. */
export function costSource(kernel: TensorKernel): CostSource | undefined {
  return sources.get(kernel);
}

/**
 * Float32 operators of costs on a WebGPU device, each one pass over them: no K, no transpose, and of points no matrix. They keep two
 * vectors a batch for their gradients, which are passes of the same kind, and so are gradients of these. Owns the source.
 */
export function webgpuKernel(geometry: Geometry, epsilon: number, source: CostSource): TensorKernel {
  const maxCost = largestCost(geometry);
  checkRange(epsilon, maxCost, "float32");
  const factor = 1 / epsilon;
  const [n, m] = geometry.shape;

  /** The kernel's pass over rows, with the shape that x has but for its last axis. */
  function passed(
    x: tf.Tensor,
    transposed: boolean,
    pass: (rows: tf.Tensor, result: tf.TensorInfo) => void,
  ): tf.Tensor {
    return tf.tidy(() => {
      const result = allocate([...x.shape.slice(0, -1), transposed ? m : n]);
      pass(x.dtype === "float32" ? x : tf.cast(x, "float32"), result);
      return asTensor(result);
    });
  }

  /** K x, or K^T x. Each is the gradient of the other. */
  function product(x: tf.Tensor, transposed: boolean): tf.Tensor {
    const operation = tf.customGrad((input) => ({
      value: passed(input as tf.Tensor, transposed, (values, result) =>
        weightedSum(source, { transposed, values, factor, result }),
      ),
      gradFunc: (dy: tf.Tensor) => product(dy, !transposed),
    }));
    return operation(x);
  }

  /** log(A exp(x)) of A = K or K * C; d/dx_j = sum_i dy_i exp(x_j + log A_ij - y_i). It saves x and y. */
  function logProduct(x: tf.Tensor, transposed: boolean, costed: boolean): tf.Tensor {
    const operation = tf.customGrad((input, save) => {
      const given = input as tf.Tensor;
      const scalars = { factor, gain: 1, keep: 0, pull: 0 };
      const value = passed(given, transposed, (terms, result) =>
        logSum(source, { transposed, terms, costed, scalars, result }),
      );
      (save as tf.GradSaveFunc)([given, value]);
      return {
        value,
        gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
          const y = isRecorded() ? logProduct(saved[0], transposed, costed) : saved[1];
          return flow(dy, tf.neg(y), saved[0], !transposed, costed);
        },
      };
    });
    return operation(x);
  }

  /**
   * z_j = sum_i w_i exp(t_i + o_j + log A_ij) of exponents that are not above zero. dw is the same of dz, o and t on the other side, dt
   * = w dw, and do = dz z. It saves its inputs and z.
   */
  function flow(w: tf.Tensor, t: tf.Tensor, o: tf.Tensor, transposed: boolean, costed: boolean): tf.Tensor {
    const operation = tf.customGrad((...inputs) => {
      const [values, terms, outputs] = inputs as tf.Tensor[];
      const value = passed(values, transposed, (given, result) =>
        weightedSum(source, { transposed, values: given, potentials: { terms, outputs }, costed, factor, result }),
      );
      (inputs[3] as tf.GradSaveFunc)([values, terms, outputs, value]);
      return {
        value,
        gradFunc(dz: tf.Tensor, [keptW, keptT, keptO, keptZ]: tf.Tensor[]) {
          const ofW = flow(dz, keptO, keptT, !transposed, costed);
          const z = isRecorded() ? flow(keptW, keptT, keptO, transposed, costed) : keptZ;
          return [ofW, tf.mul(keptW, ofW), tf.mul(dz, z)];
        },
      };
    });
    return operation(w, t, o);
  }

  const kernel: TensorKernel = {
    geometry,
    epsilon,
    shape: geometry.shape,
    maxCost,
    apply: (x) => product(x, false),
    applyTranspose: (x) => product(x, true),
    logApply: (x) => logProduct(x, false, false),
    logApplyTranspose: (x) => logProduct(x, true, false),
    logApplyCost: (x) => logProduct(x, false, true),
    dispose: () => source.dispose(),
  };
  sources.set(kernel, source);
  return kernel;
}
