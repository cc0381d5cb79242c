import * as tf from "@tensorflow/tfjs-core";

/** The gradient of a product without activation. tfjs gives the kernel none: its own operation computes all parts at once. */
tf.registerGradient({
  kernelName: tf._FusedMatMul,
  inputsToSave: ["a", "b"],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor3D, tf.Tensor3D];
    const gradient = dy as tf.Tensor3D;
    return {
      a: () => tf.matMul(gradient, b, false, true),
      b: () => tf.matMul(a, gradient, true, false),
      bias: () => tf.sum(gradient, [0, 1]),
    };
  },
});

/**
 * x [rows, inputs] -> x kernel + bias [rows, outputs]. As a dense layer without activation, but of the products of its
 * gradient only those are computed that something asks for: a dense layer of tfjs computes the gradient of its kernel also
 * where the kernel is held fixed.
 */
export function linear(x: tf.Tensor2D, kernel: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const a = tf.reshape(x, [1, ...x.shape]);
  const b = tf.reshape(kernel, [1, ...kernel.shape]);
  const attributes = { transposeA: false, transposeB: false, activation: "linear" };
  const product = tf.engine().runKernel(tf._FusedMatMul, { a, b, bias }, attributes) as tf.Tensor3D;
  return tf.reshape(product, [x.shape[0], kernel.shape[1]]);
}
