import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";

/**
 * WGSL of the mean that makes a barycenter out of log2 phi_s, s < ATOMS, of a pixel: prod phi_s^lambda_s, or with POWER the power mean
 * (sum lambda_s phi_s^POWER)^(1 / POWER). A power near 0 takes what the sum is above 1 by itself: its logarithm is divided by the power.
 *
 *     fn log_phi(s: u32) -> f32   of the `pixel` that is asked for, set before
 *
 * The kernel has `weights` [B, S], of which its rows begin at `uniforms.first_row`.
 */
export const MEAN = /* wgsl */ `
override ATOMS: u32;
override POWER: f32;
const LOG_2: f32 = 0.6931471805599453;
const LOG2_E: f32 = 1.4426950408889634;
var<private> pixel: vec2u; // row and point

fn weight(s: u32) -> f32 { return weights[(uniforms.first_row + pixel.x) * ATOMS + s]; }

/** exp(x) - 1 */
fn expm1(x: f32) -> f32 {
  if (abs(x) > 0.25) { return power_of_two(x * LOG2_E) - 1; }
  return x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7))))));
}

/** log(1 + x) */
fn log1p(x: f32) -> f32 {
  if (abs(x) > 0.25) { return LOG_2 * log2(1 + x); }
  let z = x / (2 + x);
  let w = z * z;
  return 2 * z * (1 + w * (1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w / 9))));
}

fn log_mean() -> f32 {
  var mean = 0.0;
  if (POWER == 0) {
    for (var s = 0u; s < ATOMS; s++) { mean += weight(s) * log_phi(s); }
    return mean;
  }
  var most = LOG_ZERO;
  for (var s = 0u; s < ATOMS; s++) { if (weight(s) > 0) { most = max(most, log_phi(s)); } }
  var above = -1.0; // multiples of 2^-12, whose sums are exact, and what is left of the weights
  var rest = 0.0;
  for (var s = 0u; s < ATOMS; s++) {
    let lambda = weight(s);
    if (lambda > 0) {
      let coarse = round(4096 * lambda) / 4096;
      above += coarse;
      rest += lambda - coarse + lambda * expm1(POWER * LOG_2 * (log_phi(s) - most));
    }
  }
  return most + LOG2_E * log1p(above + rest) / POWER;
}
`;

const MEAN_KERNEL: Kernel = {
  name: "barycenter mean",
  buffers: ["read", "read", "read", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
override POINTS: u32;
override UPDATE: f32;
struct Uniforms { pixels: u32, stride: u32, first_row: u32, memory: f32 }
@group(0) @binding(0) var<storage, read> phi: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>;
@group(0) @binding(3) var<storage, read_write> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> p: array<f32>;
@group(0) @binding(5) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
${MEAN}
fn log_phi(s: u32) -> f32 { return phi[pixel.x * uniforms.stride + s * POINTS + pixel.y]; }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at >= uniforms.pixels) { return; }
  pixel = vec2u(at / POINTS, at % POINTS);
  let mean = log_mean();
  p[at] = mean;
  for (var s = 0u; s < ATOMS; s++) {
    let to = (pixel.x * ATOMS + s) * POINTS + pixel.y;
    var next = UPDATE * (mean - log_phi(s));
    if (uniforms.memory != 0) { next += uniforms.memory * before[to]; }
    b[to] = next;
  }
}
`,
};

/** What all data points of a run share. */
export interface MeanSizes {
  readonly atoms: number;
  /** N */
  readonly points: number;
  readonly power: number;
  readonly update: number;
  readonly memory: number;
  readonly debiased: boolean;
}

export interface MeanLaunch {
  /** log2 phi [rows, S, N], or [1, S, N] for all rows. */
  readonly phi: tf.TensorInfo;
  readonly isShared: boolean;
  /** Lambda [B, S], of which the rows begin at `firstRow`. */
  readonly weights: tf.TensorInfo;
  readonly firstRow: number;
  readonly rows: number;
}

/** log2 p [rows, N] and log2 b [rows, S, N]; `before` is log2 b of the iteration before, undefined if that was 0. */
export function logMean(
  { atoms, points, power, update, memory }: MeanSizes,
  { phi, isShared, weights, firstRow, rows }: MeanLaunch,
  {
    before,
    b,
    p,
  }: { readonly before: tf.TensorInfo | undefined; readonly b: tf.TensorInfo; readonly p: tf.TensorInfo },
): void {
  const uniforms = new Uint32Array([rows * points, isShared ? 0 : atoms * points, firstRow, 0]);
  new Float32Array(uniforms.buffer)[3] = before ? memory : 0;
  launch(MEAN_KERNEL, {
    buffers: [phi, weights, before ?? phi, b, p],
    constants: { ATOMS: atoms, POINTS: points, POWER: power, UPDATE: update },
    uniforms,
    workgroups: Math.ceil((rows * points) / 64),
  });
}
