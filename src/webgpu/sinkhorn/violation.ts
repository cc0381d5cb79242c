import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { allocate, asTensor, launch } from "../launch.ts";
import { EXPM1_LOG1P, WORKGROUP_INDEX } from "../wgsl.ts";
import { ROW_LANES, WORKGROUP_TREE } from "./workgroup-tree.ts";

const VIOLATION: Kernel = {
  name: "sinkhorn violation",
  code: /* wgsl */ `
${WORKGROUP_INDEX}
${WORKGROUP_TREE}
${EXPM1_LOG1P}
@group(0) @binding(0) var<storage, read> masses: array<f32>;
@group(0) @binding(1) var<storage, read> now: array<f32>;
@group(0) @binding(2) var<storage, read> next: array<f32>;
@group(0) @binding(3) var<storage, read_write> result: array<f32>;
struct Uniforms { pairs: u32, length: u32 }
@group(0) @binding(4) var<uniform> u: Uniforms;
override IS_SHARE: bool;
@compute @workgroup_size(${ROW_LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let pair = workgroup_index(id, count);
  if (pair >= u.pairs) { return; }
  var sum = 0.0;
  var mass = 0.0;
  for (var index = lane; index < u.length; index += ${ROW_LANES}) {
    let at = pair * u.length + index;
    sum += masses[at] * abs(expm1(now[at] - next[at]));
    mass += masses[at];
  }
  let violation = total_of(lane, sum);
  let total = select(1, total_of(lane, mass), IS_SHARE);
  if (lane == 0) { result[pair] = violation / total; }
}`,
  buffers: ["read", "read", "read", "write"],
  uniforms: true,
};

/**
 * |P 1 - a|_1 of each pair [pairs], from the first variable [pairs, n] in P, in units of epsilon, and the one that would follow; as a
 * share of the mass where that need not be one. A workgroup a pair: 12 bytes a point.
 */
export function violations(masses: tf.Tensor, now: tf.TensorInfo, next: tf.TensorInfo, isShare: boolean): tf.Tensor {
  const length = masses.shape.at(-1)!;
  const pairs = masses.size / length;
  const result = allocate([pairs]);
  launch(VIOLATION, {
    buffers: [masses, now, next, result],
    constants: { IS_SHARE: Number(isShare) },
    uniforms: new Uint32Array([pairs, length]),
    workgroups: pairs,
  });
  return asTensor(result);
}
