// tfjs' element-wise kernels, computed by the addon: float32, with broadcasting.
import * as tf from "@tensorflow/tfjs-core";
import { broadcastStrides, type KernelReplacement } from "./kernel-replacement.ts";
import { runOnTensors } from "./tensor-memory.ts";

/** In the order of the enumerations in `cpp/tensors/elementwise.h`. */
const UNARY = [
  tf.Exp,
  tf.Expm1,
  tf.Log,
  tf.Sqrt,
  tf.Rsqrt,
  tf.Square,
  tf.Reciprocal,
  tf.Neg,
  tf.Abs,
  tf.Relu,
  tf.Elu,
  tf.Sigmoid,
];
const BINARY = [
  tf.Add,
  tf.Sub,
  tf.Multiply,
  tf.RealDiv,
  tf.Maximum,
  tf.Minimum,
  tf.SquaredDifference,
  tf.EluGrad, // of dy and y
];
const COMPARISON = [tf.Equal, tf.NotEqual, tf.Less, tf.LessEqual, tf.Greater, tf.GreaterEqual];

export const elementwiseKernels: Readonly<Record<string, KernelReplacement>> = Object.fromEntries([
  ...UNARY.map((name, op) => [name, nativeUnary(op)] as const),
  ...BINARY.map((name, op) => [name, nativeBinary(op)] as const),
  ...COMPARISON.map((name, op) => [name, nativeComparison(op)] as const),
]);

function nativeUnary(op: number): KernelReplacement {
  return (addon, plain) => (args) => {
    const x = args.inputs["x"] as tf.TensorInfo;
    if (x.dtype !== "float32") return plain(args);
    const count = tf.util.sizeFromShape(x.shape);
    return runOnTensors([x], [x.shape], ([x], [out]) => addon.unary({ op, count, x, out })).outputs[0];
  };
}

function nativeBinary(op: number): KernelReplacement {
  return (addon, plain) => (args) => {
    const pair = broadcastPair(args.inputs as Record<string, tf.TensorInfo>);
    if (!pair) return plain(args);
    const { operands, shape, sizes, stridesA, stridesB } = pair;
    return runOnTensors(operands, [shape], ([a, b], [out]) =>
      addon.binary({ op, sizes, stridesA, stridesB, a, b, out }),
    ).outputs[0];
  };
}

function nativeComparison(op: number): KernelReplacement {
  return (addon, plain) => (args) => {
    const pair = broadcastPair(args.inputs as Record<string, tf.TensorInfo>);
    if (!pair) return plain(args);
    const { operands, shape, sizes, stridesA, stridesB } = pair;
    const compare = ([a, b]: readonly Float32Array[], [out]: Uint8Array[]) =>
      addon.compare({ op, sizes, stridesA, stridesB, a, b, out });
    return runOnTensors(operands, [shape], compare, "bool").outputs[0];
  };
}

/** How two operands meet; undefined where they are not float32. */
function broadcastPair({ a, b, dy, y }: Record<string, tf.TensorInfo>) {
  const operands = [a ?? dy, b ?? y] as const;
  const [left, right] = operands;
  if (left.dtype !== "float32" || right.dtype !== "float32") return undefined;
  const shape = tf.broadcast_util.assertAndGetBroadcastShape(left.shape, right.shape);
  const sizes = Int32Array.from(shape);
  const [stridesA, stridesB] = operands.map((operand) => broadcastStrides(operand.shape, shape.length));
  return { operands, shape, sizes, stridesA, stridesB };
}
