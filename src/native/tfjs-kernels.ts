import * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";
import { addedBatchNormKernels, batchNormKernels } from "./tfjs-batch-norm.ts";
import { copyKernels } from "./tfjs-copies.ts";
import { elementwiseKernels } from "./tfjs-elementwise.ts";
import { nativeMatmul } from "./tfjs-matmul.ts";
import { reduceKernels } from "./tfjs-reduce.ts";
import type { KernelReplacement } from "./wasm-memory.ts";

const BACKEND = "wasm";

/** Kernel names of tfjs, and what replaces their implementation given the addon and the implementation in place. */
const REPLACED: Readonly<Record<string, KernelReplacement<NativeAddon>>> = {
  [tf.BatchMatMul]: nativeMatmul,
  [tf._FusedMatMul]: nativeMatmul,
  ...elementwiseKernels,
  ...reduceKernels,
  ...copyKernels,
  ...batchNormKernels,
};

/** Kernels that tfjs does not have. */
const ADDED: Readonly<Record<string, (addon: NativeAddon) => tf.KernelFunc>> = addedBatchNormKernels;

let registered = false;

/**
 * Replaces kernels of tfjs' `wasm` backend by the addon's, once; the backend's package must have been imported. The
 * results are the same within float32.
 */
export function registerNativeKernels(addon: NativeAddon): void {
  if (registered) return;
  registered = true;
  for (const [kernelName, make] of Object.entries(ADDED)) {
    tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc: make(addon) });
  }
  for (const [name, replace] of Object.entries(REPLACED)) {
    const plain = tf.getKernel(name, BACKEND);
    if (!plain) throw new Error(`the ${BACKEND} backend has no kernel ${name}: import its package first`);
    tf.unregisterKernel(name, BACKEND);
    tf.registerKernel({ ...plain, kernelFunc: replace(addon, plain.kernelFunc) });
  }
}
