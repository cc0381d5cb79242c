// tfjs' reductions, computed by the addon: float32, over axes that lie beside each other.
import * as tf from "@tensorflow/tfjs-core";
import type { KernelReplacement } from "./kernel-replacement.ts";
import { runOnTensors } from "./tensor-memory.ts";

/** In the order of the enumeration in `cpp/tensors/reduce.h`. */
const REDUCTIONS = [tf.Sum, tf.Mean, tf.Max, tf.Min];

export const reduceKernels: Readonly<Record<string, KernelReplacement>> = Object.fromEntries(
  REDUCTIONS.map((name, op) => [name, nativeReduction(op)] as const),
);

interface Attributes {
  readonly axis?: number | number[];
  /** The name of the same in `Max`. */
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

function nativeReduction(op: number): KernelReplacement {
  return (addon, plain) => (args) => {
    const x = args.inputs["x"] as tf.TensorInfo;
    const attributes = args.attrs as unknown as Attributes;
    const axes = tf.util.parseAxisParam(attributes.reductionIndices ?? attributes.axis!, x.shape);
    const sizes = reducedSizes(x.shape, axes);
    if (x.dtype !== "float32" || !sizes) return plain(args);
    const [reduced] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
    const shape = attributes.keepDims ? tf.backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
    return runOnTensors([x], [shape], ([x], [out]) => addon.reduce({ op, ...sizes, x, out })).outputs[0];
  };
}

/** The shape as [outer, length, inner] with all axes within `length`; undefined where others lie between them or one is 0. */
function reducedSizes(shape: readonly number[], axes: readonly number[]) {
  const sizes = { outer: 1, length: 1, inner: 1 };
  let part: keyof typeof sizes = "outer";
  for (const [axis, size] of shape.entries()) {
    if (size === 0) return undefined;
    if (size === 1) continue; // of no account
    const isReduced = axes.includes(axis);
    if (part === "inner" && isReduced) return undefined;
    if (isReduced) part = "length";
    else if (part === "length") part = "inner";
    sizes[part] *= size;
  }
  return sizes;
}
