import * as tf from "@tensorflow/tfjs-core";
import { exp, isRecorded } from "../tensor/differentiable.ts";
import { applyGrid } from "../webgpu/apply-grid.ts";
import { passAxes } from "../webgpu/axis-pass.ts";
import type { GridGeometry, TensorKernel } from "./geometry.ts";
import { LOG_ZERO } from "./log-sum.ts";

/**
 * The operators of a grid on a WebGPU device, a launch an axis and no matrix. `apply` is its own gradient and saves nothing. That of `logApply`
 * is dx_j = sum_i dy_i exp(x_j + log K_ij - y_i), the difference of two such operators, of dy's positive and of its negative
 * part; it saves x and y. A gradient of that gradient is one of `composed`, the same by operations of the backend.
 */
export function webgpuGridOperators(
  { size, spacing }: GridGeometry,
  epsilon: number,
  composed: (x: tf.Tensor) => tf.Tensor,
): Pick<TensorKernel, "apply" | "logApply"> {
  const axes = passAxes(size, spacing, epsilon);

  function apply(x: tf.Tensor): tf.Tensor {
    const operation = tf.customGrad((input) => ({
      value: applyGrid(input as tf.Tensor, axes, "numbers"),
      gradFunc: (dy: tf.Tensor) => apply(dy),
    }));
    return operation(x);
  }

  function logApply(x: tf.Tensor): tf.Tensor {
    const operation = tf.customGrad((input, save) => {
      const given = input as tf.Tensor;
      const value = applyGrid(given, axes, "logarithms");
      (save as tf.GradSaveFunc)([given, value]);
      return {
        value,
        gradFunc: (dy: tf.Tensor, [keptX, keptY]: tf.Tensor[]) =>
          isRecorded() ? tf.grad(composed)(keptX, dy) : backward(dy, keptX, keptY),
      };
    });
    return operation(x);
  }

  function backward(dy: tf.Tensor, x: tf.Tensor, y: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const parts = tf.stack([tf.relu(dy), tf.relu(tf.neg(dy))]);
      const isPresent = tf.greater(parts, 0);
      const logs = tf.sub(tf.log(tf.where(isPresent, parts, tf.onesLike(parts))), y);
      const absent = tf.fill(parts.shape, LOG_ZERO);
      const flows = exp(tf.add(applyGrid(tf.where(isPresent, logs, absent), axes, "logarithms"), x));
      const [forward, back] = tf.unstack(flows);
      return tf.sub(forward, back);
    });
  }

  return { apply, logApply };
}
