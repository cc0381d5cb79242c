import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import { requireBackend } from "../../tensor/require-backend.ts";
import { lineTransport, type LineTensorOptions } from "../line/tensor.ts";
import { unitDirections, type DirectionOptions } from "./directions.ts";

/** Masses a [n] and b [m] are tensors. */
export interface SlicedTensorOptions extends LineTensorOptions, DirectionOptions {}

/**
 * W_p^p along each direction [projections], on the tape, for x [n, d] and y [m, d]: differentiable in points and masses any number
 * of times, see `lineTransport`. Throws InputError.
 */
export function slicedTransport(
  x: tf.Tensor,
  y: tf.Tensor,
  { p = 2, a, b, ...choice }: SlicedTensorOptions = {},
  operation = "slicedWasserstein",
): tf.Tensor1D {
  requireBackend(operation);
  const isPoints = (given: unknown): given is tf.Tensor2D => given instanceof tf.Tensor && given.rank === 2;
  if (!isPoints(x) || !isPoints(y) || x.shape[1] !== y.shape[1]) {
    throw new InputError(`${operation}: expected tensors x [n, d] and y [m, d], got ${shown(x)} and ${shown(y)}`);
  }
  const { data, shape } = unitDirections(choice, x.shape[1]);
  return tf.tidy(() => {
    const directions = tf.tensor2d(Float32Array.from(data), shape as [number, number]);
    const along = (points: tf.Tensor2D): tf.Tensor => tf.transpose(tf.matMul(points, directions, false, true)); // [L, n]
    return lineTransport(along(x), along(y), { a, b, p }, operation) as tf.Tensor1D;
  });
}

function shown(given: unknown): string {
  return given instanceof tf.Tensor ? `[${given.shape.join(", ")}]` : "an array";
}
