// Operations of tfjs whose own gradients keep their output, which a second gradient takes for a constant. Here gradients follow from
// the inputs: where the gradient itself is recorded they are computed anew by operations that the tape sees.
import * as tf from "@tensorflow/tfjs-core";

/** Whether what is computed now is recorded: in a gradient function, whether a gradient of the gradient is wanted. */
export function isRecorded(): boolean {
  return tf.engine().isTapeOn();
}

/** exp(x), with derivatives of every order; tfjs' own has one. It saves x and the output. */
export function exp<T extends tf.Tensor>(x: T): T {
  const operation = tf.customGrad((input, save) => {
    const value = tf.exp(input as tf.Tensor);
    (save as tf.GradSaveFunc)([input as tf.Tensor, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, isRecorded() ? exp(saved[0]) : saved[1]),
    };
  });
  return operation(x) as T;
}
