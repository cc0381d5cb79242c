// tfjs' element-wise kernels on the `wasm` backend, computed by the addon: float32, with broadcasting.
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { NativeAddon } from "./loader.ts";
import { broadcastStrides, heapOf, offsetOf, type KernelReplacement } from "./wasm-memory.ts";

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

export const elementwiseKernels: Readonly<Record<string, KernelReplacement<NativeAddon>>> = Object.fromEntries([
  ...UNARY.map((name, op) => [name, nativeUnary(op)] as const),
  ...BINARY.map((name, op) => [name, nativeBinary(op, "float32")] as const),
  ...COMPARISON.map((name, op) => [name, nativeBinary(op, "bool")] as const),
]);

function nativeUnary(op: number): KernelReplacement<NativeAddon> {
  return (addon, plain) => (args) => {
    const x = args.inputs["x"] as tf.TensorInfo;
    const backend = args.backend as BackendWasm;
    if (x.dtype !== "float32") return plain(args);
    const out = backend.makeOutput(x.shape, "float32");
    const count = tf.util.sizeFromShape(x.shape);
    addon.unary(heapOf(backend), { op, count, x: offsetOf(backend, x), out: offsetOf(backend, out) });
    return out;
  };
}

function nativeBinary(op: number, dtype: "float32" | "bool"): KernelReplacement<NativeAddon> {
  return (addon, plain) => (args) => {
    const { a = args.inputs["dy"], b = args.inputs["y"] } = args.inputs as Record<string, tf.TensorInfo>;
    const backend = args.backend as BackendWasm;
    if (a!.dtype !== "float32" || b!.dtype !== "float32") return plain(args);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(a!.shape, b!.shape);
    const out = backend.makeOutput(shape, dtype);
    const problem = {
      op,
      sizes: Int32Array.from(shape),
      stridesA: broadcastStrides(a!.shape, shape.length),
      stridesB: broadcastStrides(b!.shape, shape.length),
      a: offsetOf(backend, a!),
      b: offsetOf(backend, b!),
      out: offsetOf(backend, out),
    };
    addon[dtype === "bool" ? "compare" : "binary"](heapOf(backend), problem);
    return out;
  };
}
