// Batch normalisation, computed by the addon. For training tfjs has no kernel: `src/tensor/batch-norm.ts`
// composes it where the ones that are added here are missing.
import * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";
import type { KernelReplacement } from "./kernel-replacement.ts";
import { runOnTensors } from "./tensor-memory.ts";

/** x [rows, columns], gamma, beta [columns] -> y [rows, columns], mean, variance [columns]. */
export const TRAINING_BATCH_NORM = "TrainingBatchNorm";
/** dy, x, gamma, mean, variance -> dx, dgamma, dbeta. */
export const TRAINING_BATCH_NORM_GRADIENT = "TrainingBatchNormGrad";

/** Of tfjs' kernel too. */
export interface BatchNormAttributes {
  readonly varianceEpsilon: number;
}

export const addedBatchNormKernels: Readonly<Record<string, (addon: NativeAddon) => tf.KernelFunc>> = {
  [TRAINING_BATCH_NORM]: (addon) => (args) => {
    const { x, gamma, beta } = args.inputs as Record<"x" | "gamma" | "beta", tf.TensorInfo>;
    const sizes = sizesOf(x, args.attrs);
    const shapes = [x.shape, gamma.shape, gamma.shape];
    return runOnTensors([x, gamma, beta], shapes, ([x, gamma, beta], [y, mean, variance]) =>
      addon.trainingBatchNorm({ ...sizes, x, gamma, beta, y, mean, variance }),
    ).outputs;
  },
  [TRAINING_BATCH_NORM_GRADIENT]: (addon) => (args) => {
    const inputs = args.inputs as Record<"dy" | "x" | "gamma" | "mean" | "variance", tf.TensorInfo>;
    const sizes = sizesOf(inputs.x, args.attrs);
    const tensors = [inputs.dy, inputs.x, inputs.gamma, inputs.mean, inputs.variance] as const;
    const shapes = [inputs.x.shape, inputs.gamma.shape, inputs.gamma.shape];
    return runOnTensors(tensors, shapes, ([dy, x, gamma, mean, variance], [dx, dgamma, dbeta]) =>
      addon.trainingBatchNormGradient({ ...sizes, dy, x, gamma, mean, variance, dx, dgamma, dbeta }),
    ).outputs;
  },
};

export const batchNormKernels: Readonly<Record<string, KernelReplacement>> = {
  [tf.FusedBatchNorm]: (addon, plain) => (args) => {
    const inputs = args.inputs as Record<"x" | "mean" | "variance", tf.TensorInfo> &
      Partial<Record<"scale" | "offset", tf.TensorInfo>>;
    const { x } = inputs;
    // tfjs hands over null where there is no scale or offset
    const tensors = [x, inputs.mean, inputs.variance, inputs.scale ?? undefined, inputs.offset ?? undefined] as const;
    const isRow = (row?: tf.TensorInfo) => !row || (row.shape.length === 1 && row.shape[0] === x.shape.at(-1));
    if (!tensors.slice(1).every(isRow) || tf.util.sizeFromShape(x.shape) === 0) return plain(args);
    const sizes = sizesOf(x, args.attrs);
    return runOnTensors(tensors, [x.shape], ([x, mean, variance, gamma, beta], [y]) =>
      addon.batchNorm({ ...sizes, x, mean, variance, gamma, beta, y }),
    ).outputs[0];
  },
};

function sizesOf(x: tf.TensorInfo, attributes: unknown) {
  const columns = x.shape[x.shape.length - 1];
  const { varianceEpsilon: epsilon } = attributes as BatchNormAttributes;
  return { rows: tf.util.sizeFromShape(x.shape) / columns, columns, epsilon };
}
