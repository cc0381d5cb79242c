import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";

/** Backends whose tensors are in this process's memory, so that host engines work on them for the price of a copy at most. */
const HOST_BACKENDS: readonly string[] = ["wasm", "cpu", "tensorflow"];

/** Whether tensors of a backend can be read and written without waiting for a device. */
export function isOnHost(backend = tf.getBackend()): boolean {
  return HOST_BACKENDS.includes(backend);
}

/** Throws InputError where no tfjs backend is in use and none is there to be taken. */
export function requireBackend(): void {
  if (tf.engine().backendName ?? Object.keys(tf.engine().registryFactory)[0]) return;
  throw new InputError('backend: no tfjs backend is in use; call `await useBackend("auto")` first');
}
