// Kernels of tfjs' `wasm` backend that only hand numbers on. tfjs copies them one by one.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { KernelReplacement } from "./kernel-replacement.ts";
import { alias, heapOf, offsetOf } from "./wasm-memory.ts";

export const copyKernels: Readonly<Record<string, KernelReplacement>> = {
  // no kernel writes into its inputs, so a copy may share their memory
  [tf.Identity]: (_, plain) => (args) => {
    const x = args.inputs["x"] as tf.TensorInfo;
    return x.dtype === "string" ? plain(args) : alias(args.backend as BackendWasm, x);
  },
  [tf.Cast]: (_, plain) => (args) => {
    const x = args.inputs["x"] as tf.TensorInfo;
    const { dtype } = args.attrs as unknown as { dtype: tf.DataType };
    return x.dtype === dtype ? alias(args.backend as BackendWasm, x) : plain(args);
  },
  [tf.Tile]: (_, plain) => (args) => {
    const x = args.inputs["x"] as tf.TensorInfo;
    const { reps } = args.attrs as unknown as { reps: number[] };
    const repeated = reps.flatMap((count, axis) => (count === 1 ? [] : [axis]));
    const size = tf.util.sizeFromShape(x.shape);
    if (x.dtype === "string" || repeated.length > 1 || size === 0) return plain(args);
    return repeatBlocks(args.backend as BackendWasm, x, reps, repeated[0] ?? 0);
  },
};

/** Tiles along one axis: each block of the numbers from there on, so many times. */
function repeatBlocks(backend: BackendWasm, x: tf.TensorInfo, reps: readonly number[], axis: number): tf.TensorInfo {
  const out = backend.makeOutput(
    x.shape.map((size, d) => size * reps[d]),
    x.dtype,
  );
  const block = tf.util.sizeFromShape(x.shape.slice(axis)) * tf.util.bytesPerElement(x.dtype);
  const blocks = tf.util.sizeFromShape(x.shape.slice(0, axis));
  const repeated = block * (reps[axis] ?? 1);
  const heap = heapOf(backend);
  let [from, to] = [offsetOf(backend, x), offsetOf(backend, out)];
  for (let index = 0; index < blocks; index++, from += block, to += repeated) {
    heap.copyWithin(to, from, from + Math.min(block, repeated));
    // what is there already is copied behind itself
    for (let done = block; done < repeated; done *= 2) {
      heap.copyWithin(to + done, to, to + Math.min(done, repeated - done));
    }
  }
  return out;
}
