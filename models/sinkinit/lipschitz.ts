import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

/** Power iterations on a kernel; each step starts from the same vector, so that a resumed run sees the same bound. */
const POWER_ITERATIONS = 3;

/** Product of the norms under which net is a contraction: sigmoid's own constant is a quarter (appendix B). */
const MOST = 4;

/**
 * How far the product of the operator norms of the network's kernels exceeds 4, squared; its gradient pulls the norms
 * down. Norms are found by power iteration from below (Gouk et al. 2020): |W v| for a v that is a constant of the tape.
 */
export function lipschitzPenalty(network: LayersModel): tf.Scalar {
  return tf.tidy(() => {
    const norms = network.trainableWeights
      .filter(({ originalName }) => originalName.endsWith("/kernel"))
      .map((weight) => operatorNorm(weight.read() as tf.Tensor2D));
    const product = norms.reduce((total, norm) => tf.mul(total, norm) as tf.Scalar);
    return tf.square(tf.relu(tf.sub(product, MOST))) as tf.Scalar;
  });
}

/** A lower bound of the largest singular value of [inputs, units]. */
export function operatorNorm(kernel: tf.Tensor2D): tf.Scalar {
  const [inputs] = kernel.shape;
  const plain = tf.customGrad((x) => ({
    value: tf.tidy(() => {
      let v: tf.Tensor2D = tf.fill([1, inputs], 1 / Math.sqrt(inputs));
      for (let step = 0; step < POWER_ITERATIONS; step++) {
        const back = tf.matMul(tf.matMul(v, x as tf.Tensor2D), x as tf.Tensor2D, false, true);
        v = tf.div(back, tf.norm(back));
      }
      return v;
    }),
    gradFunc: () => tf.zerosLike(kernel),
  }));
  return tf.norm(tf.matMul(plain(kernel), kernel)) as tf.Scalar;
}
