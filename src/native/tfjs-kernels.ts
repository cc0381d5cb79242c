import * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";
import { nativeMatmul } from "./tfjs-matmul.ts";

const BACKEND = "wasm";

/** Kernel names of tfjs, and what replaces their implementation given the addon and the implementation in place. */
const KERNELS: Readonly<Record<string, (addon: NativeAddon, plain: tf.KernelFunc) => tf.KernelFunc>> = {
  [tf.BatchMatMul]: nativeMatmul,
  [tf._FusedMatMul]: nativeMatmul,
};

let registered = false;

/**
 * Replaces kernels of tfjs' `wasm` backend by the addon's, once; the backend's package must have been imported. The
 * results are the same within float32.
 */
export function registerNativeKernels(addon: NativeAddon): void {
  if (registered) return;
  registered = true;
  for (const [name, replace] of Object.entries(KERNELS)) {
    const plain = tf.getKernel(name, BACKEND);
    if (!plain) throw new Error(`the ${BACKEND} backend has no kernel ${name}: import its package first`);
    tf.unregisterKernel(name, BACKEND);
    tf.registerKernel({ ...plain, kernelFunc: replace(addon, plain.kernelFunc) });
  }
}
