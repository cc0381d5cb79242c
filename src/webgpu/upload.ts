import type * as tf from "@tensorflow/tfjs-core";
import { webgpuBackend } from "./backend.ts";
import type { Part } from "./launch.ts";

/** Numbers on the device, to be freed with `release`. They are copied when a kernel first uses them. */
export function upload(values: Float32Array): tf.TensorInfo {
  return webgpuBackend().makeTensorInfo([values.length], "float32", values);
}

/** Numbers between which bindings may start. */
const ALIGNMENT = 64;

/** The part of a tensor that holds some of its numbers, and how many lie before them in it. */
export function partFrom(tensor: tf.TensorInfo, from: number, count: number): { part: Part; skip: number } {
  const skip = from % ALIGNMENT;
  return { part: { tensor, from: from - skip, count: count + skip }, skip };
}
