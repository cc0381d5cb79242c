// tfjs' matrix products, computed by the addon. The tape, the layers and the optimisers see ordinary tensors.
import * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";
import { broadcastStrides } from "./kernel-replacement.ts";
import { runOnTensors } from "./tensor-memory.ts";

/** Numbered as `MatmulProblem.activation`. */
const ACTIVATIONS = ["linear", "relu", "relu6", "prelu", "leakyrelu", "sigmoid", "elu"] as const;

interface Inputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

interface Attributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** `BatchMatMul` and `_FusedMatMul` by the addon; what it does not support goes to the kernel that it replaces. */
export function nativeMatmul(addon: NativeAddon, plain: tf.KernelFunc): tf.KernelFunc {
  return (args) => {
    const inputs = args.inputs as unknown as Inputs;
    const attributes = args.attrs as unknown as Attributes;
    if (!isSupported(inputs, attributes)) return plain(args);
    return multiply(addon, inputs, attributes);
  };
}

/** The others are refused by tfjs' kernels, with tfjs' messages. */
function isSupported({ a, b, bias, preluActivationWeights: slopes }: Inputs, attributes: Attributes): boolean {
  const { transposeA, transposeB, activation = "linear" } = attributes;
  const [innerA] = matrixShape(a.shape, !transposeA);
  const [innerB, columns] = matrixShape(b.shape, transposeB);
  const perColumn = (vector?: tf.TensorInfo) => !vector || (vector.dtype === "float32" && isRow(vector.shape, columns));
  return (
    a.dtype === "float32" &&
    b.dtype === "float32" &&
    innerA === innerB &&
    perColumn(bias) &&
    perColumn(slopes) &&
    (ACTIVATIONS as readonly string[]).includes(activation) &&
    (activation !== "prelu" || slopes !== undefined)
  );
}

function multiply(addon: NativeAddon, inputs: Inputs, attributes: Attributes): tf.TensorInfo {
  const { a, b, bias, preluActivationWeights } = inputs;
  const { transposeA, transposeB, activation = "linear", leakyreluAlpha = 0 } = attributes;
  const [rows, inner] = matrixShape(a.shape, transposeA);
  const [, columns] = matrixShape(b.shape, transposeB);
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const tensors = [a, b, bias, preluActivationWeights] as const;
  return runOnTensors(tensors, [[...batch, rows, columns]], ([a, b, bias, slopes], [out]) =>
    addon.matmul({
      rows,
      columns,
      inner,
      transposeA,
      transposeB,
      batch: Int32Array.from(batch),
      batchStridesA: broadcastStrides(outerA, batch.length),
      batchStridesB: broadcastStrides(outerB, batch.length),
      a,
      b,
      out,
      bias,
      activation: (ACTIVATIONS as readonly string[]).indexOf(activation),
      slopes,
      slope: leakyreluAlpha,
    }),
  ).outputs[0];
}

function matrixShape(shape: readonly number[], transposed: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

/** [columns], [1, columns], ... */
function isRow(shape: readonly number[], columns: number): boolean {
  return shape.at(-1) === columns && shape.slice(0, -1).every((size) => size === 1);
}
