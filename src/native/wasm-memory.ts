// Tensors where they lie in the heap of tfjs' wasm backend.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type * as tf from "@tensorflow/tfjs-core";

/** A kernel that computes in place of `plain`, the one of tfjs, or hands over to it what it does not support. */
export type KernelReplacement<Addon> = (addon: Addon, plain: tf.KernelFunc) => tf.KernelFunc;

/** What the types of the backend's module, an Emscripten one, leave out. */
interface Module {
  readonly HEAPU8: Uint8Array;
}

/** The memory. Read it after the last allocation: a heap that grows is another array. */
export function heapOf(backend: BackendWasm): Uint8Array {
  return (backend.wasm as unknown as Module).HEAPU8;
}

/** Where a tensor lies in the heap, in bytes. */
export function offsetOf(backend: BackendWasm, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId as object).memoryOffset;
}

/** Another tensor on the same memory, as the backend's own Reshape makes them. */
export function alias(backend: BackendWasm, tensor: tf.TensorInfo): tf.TensorInfo {
  backend.incRef(tensor.dataId as object);
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
}

/** Row-major strides of a shape aligned with the last of `rank` dimensions; 0 in those of size 1 or missing. */
export function broadcastStrides(shape: readonly number[], rank: number): Int32Array {
  const strides = new Int32Array(rank);
  let stride = 1;
  for (let d = 1; d <= shape.length; d++) {
    const size = shape[shape.length - d]!;
    strides[rank - d] = size === 1 ? 0 : stride;
    stride *= size;
  }
  return strides;
}
