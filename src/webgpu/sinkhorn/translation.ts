import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { EXPM1_LOG1P, WORKGROUP_INDEX } from "../wgsl.ts";
import { ROW_LANES, WORKGROUP_TREE } from "./workgroup-tree.ts";

const side = (name: string, masses: string, variable: string): string => /* wgsl */ `
fn ${name}(lane: u32, pair: u32, length: u32, share: f32) -> Side {
  var mass = 0.0;
  var least = 1e30;
  var most = -1e30;
  for (var index = lane; index < length; index += ${ROW_LANES}) {
    let at = pair * length + index;
    mass += ${masses}[at];
    if (${masses}[at] > 0) {
      let exponent = -share * ${variable}[at];
      least = min(least, exponent);
      most = max(most, exponent);
    }
  }
  let total = total_of(lane, mass);
  let smallest = -largest_of(lane, -least);
  let largest = largest_of(lane, most);
  let is_near = max(-smallest, largest) < 1;
  var sum = 0.0;
  for (var index = lane; index < length; index += ${ROW_LANES}) {
    let at = pair * length + index;
    if (${masses}[at] > 0) {
      let exponent = -share * ${variable}[at];
      if (is_near) { sum += ${masses}[at] * expm1(exponent); } else { sum += ${masses}[at] * exp(exponent - largest); }
    }
  }
  let mean = total_of(lane, sum) / total;
  if (is_near) { return Side(total, log1p(mean)); }
  return Side(total, largest + log(mean));
}
`;

const TRANSLATION: Kernel = {
  name: "sinkhorn translation",
  code: /* wgsl */ `
${WORKGROUP_INDEX}
${WORKGROUP_TREE}
${EXPM1_LOG1P}
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> first: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> second: array<f32>;
@group(0) @binding(4) var<storage, read_write> lambda: array<f32>;
struct Uniforms { pairs: u32, n: u32, m: u32, share_a: f32, share_b: f32, harmonic: f32 }
@group(0) @binding(5) var<uniform> u: Uniforms;
struct Side { total: f32, log_penalized: f32 }
${side("first_side", "a", "first")}
${side("second_side", "b", "second")}
@compute @workgroup_size(${ROW_LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = workgroup_index(id, count);
  if (pair >= u.pairs) { return; }
  let of_a = first_side(lane, pair, u.n, u.share_a);
  let of_b = second_side(lane, pair, u.m, u.share_b);
  let value = u.harmonic * (log(of_a.total / of_b.total) + (of_a.log_penalized - of_b.log_penalized));
  // as it was where a side is beyond float: the exponent's bits, since comparisons with infinities may be assumed away
  let is_finite = (bitcast<u32>(value) & 0x7f800000u) != 0x7f800000u;
  if (lane == 0 && is_finite) { lambda[pair] = value; }
}`,
  buffers: ["read", "read", "read", "read", "write"],
  uniforms: true,
};

export interface Translation {
  /** [pairs, n] and [pairs, m] */
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  /** fKL and gKL in units of epsilon. */
  readonly first: tf.TensorInfo;
  readonly second: tf.TensorInfo;
  /** [pairs], in cost units: overwritten. */
  readonly lambda: tf.TensorInfo;
  /** Of `MarginalPenalty`. */
  readonly share: { readonly a: number; readonly b: number };
  readonly harmonic: number;
}

/** The best lambda of each pair: `translation` of src/transport/sinkhorn/rho.ts. A workgroup a pair: 16 bytes a point. */
export function translate({ a, b, first, second, lambda, share, harmonic }: Translation): void {
  const [n, m] = [a.shape.at(-1)!, b.shape.at(-1)!];
  const uniforms = new Uint32Array(6);
  uniforms.set([a.size / n, n, m]);
  new Float32Array(uniforms.buffer).set([share.a, share.b, harmonic], 3);
  launch(TRANSLATION, { buffers: [a, first, b, second, lambda], constants: {}, uniforms, workgroups: a.size / n });
}
