import * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../geometry/geometry.ts";
import type { TensorPotentials } from "./engine.ts";
import { sinkhornUnrolled, type UnrolledOptions } from "./unrolled.ts";

/**
 * A fixed number of Sinkhorn iterations on a [..., n] and b [..., m] from a start, as constants of the tape: no
 * gradient goes through them, and inside a gradient they are as fast as outside. The target of a learned initialiser is
 * computed so. Synchronous; throws InputError for shapes that do not fit; values are not read.
 */
export function sinkhornIterations(
  a: tf.Tensor,
  b: tf.Tensor,
  kernel: TensorKernel,
  options: UnrolledOptions = {},
): TensorPotentials {
  return tf.tidy(() => {
    // what a custom gradient computes is not recorded, and without inputs it leads nowhere
    const operation = tf.customGrad(() => {
      const { f, g } = sinkhornUnrolled(a, b, kernel, options);
      return { value: tf.concat([f, g], -1), gradFunc: () => [] };
    });
    const [f, g] = tf.split(operation(), [...kernel.shape], -1);
    return { f, g };
  });
}
