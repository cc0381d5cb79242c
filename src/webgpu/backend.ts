// The parts of tfjs' webgpu backend that kernels of our own need: its device, its buffers, and its command encoder, so that they run
// in order with its operations, without a submission of their own. The version of tfjs is fixed, since these are not public.
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";

/** What the types of the backend keep private. */
interface Internals {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  /** Data that commands not yet submitted refer to: freed after them. */
  commandQueueOwnedIds: WeakSet<object>;
  uniformPendingDisposal: GPUBuffer[];
}

export type Backend = Omit<WebGPUBackend, keyof Internals> & Internals;

/** Whether tensors lie on a WebGPU device. */
export function isWebgpu(): boolean {
  return tf.getBackend() === "webgpu";
}

/** The current backend, which is `webgpu` (`isWebgpu`). */
export function webgpuBackend(): Backend {
  return tf.backend() as unknown as Backend;
}
