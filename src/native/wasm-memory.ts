// Tensors where they lie in the heap of tfjs' wasm backend.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type * as tf from "@tensorflow/tfjs-core";

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
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** Another tensor on the same memory, as the backend's own Reshape makes them. */
export function alias(backend: BackendWasm, tensor: tf.TensorInfo): tf.TensorInfo {
  backend.incRef(tensor.dataId);
  return { dataId: tensor.dataId, shape: tensor.shape, dtype: tensor.dtype };
}
