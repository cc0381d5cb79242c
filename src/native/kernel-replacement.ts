import type * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";

/** A kernel that computes in place of `plain`, the one of tfjs, or hands over to it what it does not support. */
export type KernelReplacement = (addon: NativeAddon, plain: tf.KernelFunc) => tf.KernelFunc;

/** Row-major strides of a shape aligned with the last of `rank` dimensions; 0 in those of size 1 or missing. */
export function broadcastStrides(shape: readonly number[], rank: number): Int32Array {
  const strides = new Int32Array(rank);
  let stride = 1;
  for (let d = 1; d <= shape.length; d++) {
    const size = shape[shape.length - d];
    strides[rank - d] = size === 1 ? 0 : stride;
    stride *= size;
  }
  return strides;
}
