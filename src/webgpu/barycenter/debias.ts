// The field D of debiased barycenters (Janati, Cuturi, Gramfort 2020, Algorithm 1) in the iterations and their adjoint.
import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";
import { MEAN, type MeanLaunch, type MeanSizes } from "./mean.ts";

/** p = D prod_s phi_s^lambda_s, b_s = p / phi_s and the next D, sqrt(D p / K D), of a pixel, in logarithms. */
const DEBIASED_MEAN: Kernel = {
  name: "debiased barycenter mean",
  buffers: ["read", "read", "read", "read", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
override POINTS: u32;
struct Uniforms { pixels: u32, stride: u32, first_row: u32, row_stride: u32 }
@group(0) @binding(0) var<storage, read> phi: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>; // log2 D
@group(0) @binding(3) var<storage, read> product: array<f32>; // log2 K D
@group(0) @binding(4) var<storage, read_write> debias: array<f32>;
@group(0) @binding(5) var<storage, read_write> b: array<f32>;
@group(0) @binding(6) var<storage, read_write> p: array<f32>;
@group(0) @binding(7) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
${MEAN}
fn log_phi(s: u32) -> f32 { return phi[pixel.x * uniforms.stride + s * POINTS + pixel.y]; }

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at >= uniforms.pixels) { return; }
  pixel = vec2u(at / POINTS, at % POINTS);
  let own = pixel.x * uniforms.row_stride + pixel.y;
  let mean = log_mean() + before[own];
  p[at] = mean;
  debias[at] = (before[own] + mean - product[own]) / 2;
  for (var s = 0u; s < ATOMS; s++) { b[(pixel.x * ATOMS + s) * POINTS + pixel.y] = mean - log_phi(s); }
}
`,
};

/** log2 of D [rows, N] as it was, and of K D: [1, N] for all rows where phi is shared; of the next D, of b and p, written. */
export function debiasedMean(
  { atoms, points }: MeanSizes,
  { phi, isShared, weights, firstRow, rows }: MeanLaunch,
  { before, product, debias, b, p }: Readonly<Record<"before" | "product" | "debias" | "b" | "p", tf.TensorInfo>>,
): void {
  launch(DEBIASED_MEAN, {
    buffers: [phi, weights, before, product, debias, b, p],
    constants: { ATOMS: atoms, POINTS: points, POWER: 0 },
    uniforms: new Uint32Array([rows * points, isShared ? 0 : atoms * points, firstRow, isShared ? 0 : points]),
    workgroups: Math.ceil((rows * points) / 64),
  });
}

/**
 * With r = d loss / d log D of what follows an iteration: the mean adjoint of the iteration after it left what comes at first hand, G' + r' / 2; through
 * K D came D K^T(r' / 2 / K D). `carried` becomes r / 2, which is what log p, log D and -log K D of this iteration get.
 */
const DEBIAS_ADJOINT: Kernel = {
  name: "debiased barycenter adjoint",
  buffers: ["read", "read", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms { pixels: u32, has_back: u32 }
@group(0) @binding(0) var<storage, read> back: array<f32>; // signed logarithms
@group(0) @binding(1) var<storage, read> debias: array<f32>;
@group(0) @binding(2) var<storage, read_write> carried: array<f32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at >= uniforms.pixels) { return; }
  var slope = carried[at];
  if (uniforms.has_back == 1) { slope -= sign_of(back[at]) * power_of_two(back[at] + debias[at]); }
  carried[at] = slope / 2;
}
`,
};

/** @param back signed log2 K^T(r' / 2 / K D) [rows, N] of the iteration after; undefined if nothing came that way */
export function pullBackDebias(
  pixels: number,
  {
    back,
    debias,
    carried,
  }: { readonly back: tf.TensorInfo | undefined; readonly debias: tf.TensorInfo; readonly carried: tf.TensorInfo },
): void {
  launch(DEBIAS_ADJOINT, {
    buffers: [back ?? debias, debias, carried],
    constants: {},
    uniforms: new Uint32Array([pixels, Number(back !== undefined)]),
    workgroups: Math.ceil(pixels / 64),
  });
}
