// Batch normalisation on the `wasm` backend, computed by the addon. For training tfjs has no kernel: `src/tensor/batch-norm.ts`
// composes it where the ones that are added here are missing.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";
import { heapOf, offsetOf, type KernelReplacement } from "./wasm-memory.ts";

/** x [rows, columns], gamma, beta [columns] -> y [rows, columns], mean, variance [columns]. */
export const TRAINING_BATCH_NORM = "TrainingBatchNorm";
/** dy, x, gamma, mean, variance -> dx, dgamma, dbeta. */
export const TRAINING_BATCH_NORM_GRADIENT = "TrainingBatchNormGrad";

/** Of tfjs' kernel too. */
export interface BatchNormAttributes {
  readonly varianceEpsilon: number;
}

/** Byte offset of a tensor that is not given. */
const NONE = -1;

export const addedBatchNormKernels: Readonly<Record<string, (addon: NativeAddon) => tf.KernelFunc>> = {
  [TRAINING_BATCH_NORM]: (addon) => (args) => {
    const inputs = args.inputs as Record<"x" | "gamma" | "beta", tf.TensorInfo>;
    const backend = args.backend as BackendWasm;
    const { x, gamma } = inputs;
    const outputs = outputsLike(backend, { y: x, mean: gamma, variance: gamma });
    const problem = { ...sizesOf(x, args.attrs), ...offsetsOf(backend, { ...inputs, ...outputs }) };
    addon.trainingBatchNorm(heapOf(backend), problem);
    return Object.values(outputs);
  },
  [TRAINING_BATCH_NORM_GRADIENT]: (addon) => (args) => {
    const inputs = args.inputs as Record<"dy" | "x" | "gamma" | "mean" | "variance", tf.TensorInfo>;
    const backend = args.backend as BackendWasm;
    const { x, gamma } = inputs;
    const outputs = outputsLike(backend, { dx: x, dgamma: gamma, dbeta: gamma });
    const problem = { ...sizesOf(x, args.attrs), ...offsetsOf(backend, { ...inputs, ...outputs }) };
    addon.trainingBatchNormGradient(heapOf(backend), problem);
    return Object.values(outputs);
  },
};

export const batchNormKernels: Readonly<Record<string, KernelReplacement<NativeAddon>>> = {
  [tf.FusedBatchNorm]: (addon, plain) => (args) => {
    const inputs = args.inputs as Record<"x" | "mean" | "variance", tf.TensorInfo> &
      Partial<Record<"scale" | "offset", tf.TensorInfo>>;
    const { x, mean, variance, scale: gamma, offset: beta } = inputs;
    const columns = x.shape.at(-1);
    const rows = [mean, variance, gamma, beta].filter((row) => row !== undefined && row !== null);
    const perColumn = rows.every(({ shape }) => shape.length === 1 && shape[0] === columns);
    if (!perColumn || tf.util.sizeFromShape(x.shape) === 0) return plain(args);
    const backend = args.backend as BackendWasm;
    const outputs = outputsLike(backend, { y: x });
    const offsets = offsetsOf(backend, { x, mean, variance, gamma, beta, ...outputs });
    addon.batchNorm(heapOf(backend), { ...sizesOf(x, args.attrs), ...offsets });
    return outputs.y;
  },
};

function sizesOf(x: tf.TensorInfo, attributes: unknown) {
  const columns = x.shape.at(-1)!;
  const { varianceEpsilon: epsilon } = attributes as BatchNormAttributes;
  return { rows: tf.util.sizeFromShape(x.shape) / columns, columns, epsilon };
}

function outputsLike<Name extends string>(backend: BackendWasm, models: Record<Name, tf.TensorInfo>) {
  const outputs = Object.entries<tf.TensorInfo>(models).map(
    ([name, { shape }]) => [name, backend.makeOutput(shape, "float32")] as const,
  );
  return Object.fromEntries(outputs) as Record<Name, tf.TensorInfo>;
}

function offsetsOf<Name extends string>(backend: BackendWasm, tensors: Record<Name, tf.TensorInfo | undefined>) {
  const offsets = Object.entries<tf.TensorInfo | undefined>(tensors).map(
    ([name, tensor]) => [name, tensor ? offsetOf(backend, tensor) : NONE] as const,
  );
  return Object.fromEntries(offsets) as Record<Name, number>;
}
