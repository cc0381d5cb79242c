import * as tf from "@tensorflow/tfjs-core";

/** Backends whose tensors are in this process's memory, so that host engines work on them for the price of a copy at most. */
const HOST_BACKENDS: readonly string[] = ["wasm", "cpu", "tensorflow"];

/** Whether tensors of a backend can be read and written without waiting for a device. */
export function isOnHost(backend = tf.getBackend()): boolean {
  return HOST_BACKENDS.includes(backend);
}
