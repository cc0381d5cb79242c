import type * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";

/** A tensor's numbers in float64: what the host computes from. */
export function numbersOf(tensor: tf.Tensor): NdArray<Float64Array> {
  return ndarray(Float64Array.from(tensor.dataSync()), tensor.shape);
}

/** The value of an epsilon that is a tensor. Throws InputError unless it is a scalar. */
export function valueOf(scalar: tf.Scalar): number {
  if (scalar.size !== 1) {
    throw new InputError(`epsilon: expected a number or a scalar, got a tensor of shape [${scalar.shape.join(", ")}]`);
  }
  return scalar.dataSync()[0];
}
