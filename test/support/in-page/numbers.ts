import type * as tf from "@tensorflow/tfjs-core";

/** The values of a tensor, which is disposed of. */
export async function numbersOf(tensor: tf.Tensor): Promise<number[]> {
  const values = Array.from(await tensor.data());
  tensor.dispose();
  return values;
}
