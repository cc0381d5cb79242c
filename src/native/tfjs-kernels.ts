import * as tf from "@tensorflow/tfjs-core";
import type { KernelReplacement } from "./kernel-replacement.ts";
import type { NativeAddon } from "./loader.ts";
import { addedBatchNormKernels, batchNormKernels } from "./tfjs-batch-norm.ts";
import { copyKernels } from "./tfjs-copies.ts";
import { elementwiseKernels } from "./tfjs-elementwise.ts";
import { nativeMatmul } from "./tfjs-matmul.ts";
import { reduceKernels } from "./tfjs-reduce.ts";

type Replacements = Readonly<Record<string, KernelReplacement>>;

const matmulKernels: Replacements = { [tf.BatchMatMul]: nativeMatmul, [tf._FusedMatMul]: nativeMatmul };

/** For each backend the names of tfjs' kernels that the addon computes faster, and what replaces them. */
const REPLACED: Readonly<Record<string, Replacements>> = {
  wasm: { ...matmulKernels, ...elementwiseKernels, ...reduceKernels, ...copyKernels, ...batchNormKernels },
  cpu: { ...matmulKernels, ...elementwiseKernels, ...reduceKernels, ...batchNormKernels },
  tensorflow: {},
};

/** Kernels that tfjs does not have. */
const ADDED: Readonly<Record<string, (addon: NativeAddon) => tf.KernelFunc>> = addedBatchNormKernels;

const registered = new Set<string>();

/**
 * Replaces kernels of a backend of tfjs by the addon's, once; the backend's package must have been imported. The results are
 * the same within float32.
 */
export function registerNativeKernels(addon: NativeAddon, backendName: "wasm" | "cpu" | "tensorflow"): void {
  if (registered.has(backendName)) return;
  registered.add(backendName);
  for (const [kernelName, make] of Object.entries(ADDED)) {
    tf.registerKernel({ kernelName, backendName, kernelFunc: make(addon) });
  }
  for (const [name, replace] of Object.entries(REPLACED[backendName])) {
    const plain = tf.getKernel(name, backendName);
    if (!plain) throw new Error(`the ${backendName} backend has no kernel ${name}: import its package first`);
    tf.unregisterKernel(name, backendName);
    tf.registerKernel({ ...plain, kernelFunc: replace(addon, plain.kernelFunc) });
  }
}
