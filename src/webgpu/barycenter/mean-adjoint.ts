import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";
import { MEAN, type MeanLaunch, type MeanSizes } from "./mean.ts";

const LANES = 64;
/** Pixels of a workgroup, four a lane. */
const TILE = 4 * LANES;

/**
 * From what follows an iteration to d loss / d log phi. With r = d loss / d log b of the iteration, which is `memory` r' - `update` b K^T(..) with
 * the r' of the one after (`carried`) and the product `back`:
 *
 *     G = update sum_s r_s, or `back` itself after the last iteration      h_s = share_s G - update r_s
 *
 * Where debiased, `carried` [rows, N] comes as half of d loss / d log D, which is added to G, and leaves as G and that half: what D of the iteration
 * before gets at first hand (`pullBackDebias`). The gradient of the weights, sums over the pixels of a tile by a fixed tree, is added up over the iterations in
 * `partials` [rows, S, tiles].
 */
const ADJOINT: Kernel = {
  name: "barycenter mean adjoint",
  buffers: ["read", "read", "read", "read", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
override POINTS: u32;
override UPDATE: f32;
override MEMORY: f32;
override DEBIASED: bool;
struct Uniforms { rows: u32, stride: u32, first_row: u32, is_last: u32 }
@group(0) @binding(0) var<storage, read> phi: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> back: array<f32>; // signed logarithms, or numbers after the last iteration
@group(0) @binding(3) var<storage, read> b: array<f32>;
@group(0) @binding(4) var<storage, read_write> carried: array<f32>;
@group(0) @binding(5) var<storage, read_write> h: array<f32>;
@group(0) @binding(6) var<storage, read_write> partials: array<f32>;
@group(0) @binding(7) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
${MEAN}
var<workgroup> sums: array<f32, ${LANES}>;

fn log_phi(s: u32) -> f32 { return phi[pixel.x * uniforms.stride + s * POINTS + pixel.y]; }

/** d loss / d log b of the pixel and atom; left in \`h\`. */
fn slope(s: u32) -> f32 {
  let at = (pixel.x * ATOMS + s) * POINTS + pixel.y;
  var r = 0.0;
  if (uniforms.is_last == 0) {
    r = -UPDATE * sign_of(back[at]) * power_of_two(back[at] + b[at]);
    if (MEMORY != 0) { r += MEMORY * carried[at]; }
  }
  if (MEMORY != 0) { carried[at] = r; }
  h[at] = r;
  return r;
}

fn tile_sum(value: f32, lane: u32) -> f32 {
  sums[lane] = value;
  workgroupBarrier();
  for (var half = ${LANES / 2}u; half > 0; half /= 2) {
    if (lane < half) { sums[lane] += sums[lane + half]; }
    workgroupBarrier();
  }
  let sum = sums[0];
  workgroupBarrier();
  return sum;
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tiles = (POINTS + ${TILE - 1}) / ${TILE};
  let index = workgroup_index(id, count);
  let row = index / tiles;
  if (row >= uniforms.rows) { return; }
  let tile = index % tiles;
  var totals: vec4f; // d loss / d log p
  var means: vec4f;
  for (var k = 0u; k < 4; k++) {
    pixel = vec2u(row, tile * ${TILE} + k * ${LANES} + lane);
    if (pixel.y < POINTS) {
      if (uniforms.is_last == 1) { totals[k] = back[row * POINTS + pixel.y]; }
      for (var s = 0u; s < ATOMS; s++) { totals[k] += UPDATE * slope(s); }
      if (DEBIASED) {
        let own = row * POINTS + pixel.y;
        let half = select(carried[own], 0.0, uniforms.is_last == 1);
        totals[k] += half;
        carried[own] = totals[k] + half;
      }
      if (POWER != 0) { means[k] = log_mean(); }
    }
  }
  // what all atoms have of a power mean, by itself, so that differences between their weights are not lost in it
  var together = 0.0;
  if (POWER != 0) { together = tile_sum(dot(totals, vec4f(1)), lane) / POWER; }
  for (var s = 0u; s < ATOMS; s++) {
    var own = 0.0;
    for (var k = 0u; k < 4; k++) {
      pixel = vec2u(row, tile * ${TILE} + k * ${LANES} + lane);
      if (pixel.y < POINTS) {
        let at = (row * ATOMS + s) * POINTS + pixel.y;
        var slope_of_weight = LOG_2 * log_phi(s);
        var share = weight(s);
        if (POWER != 0) {
          let above = expm1(POWER * LOG_2 * (log_phi(s) - means[k]));
          slope_of_weight = above / POWER;
          share *= 1 + above;
        }
        own += totals[k] * slope_of_weight;
        h[at] = share * totals[k] - UPDATE * h[at];
      }
    }
    let sum = tile_sum(own, lane) + together;
    if (lane == 0) {
      let at = (row * ATOMS + s) * tiles + tile;
      partials[at] = select(partials[at], 0.0, uniforms.is_last == 1) + sum;
    }
  }
}
`,
};

/** Sums of the gradient of the weights for each row and atom. */
export function tilesOf(points: number): number {
  return Math.ceil(points / TILE);
}

export interface MeanAdjointBuffers {
  /** d loss / d log p [rows, N] after the last iteration; before it the signed logarithms [rows, S, N] that come back from the one after. */
  readonly back: tf.TensorInfo;
  readonly isLast: boolean;
  /** log2 b of this iteration. */
  readonly b: tf.TensorInfo;
  /** d loss / d log b [rows, S, N], kept where the iteration has memory; of D [rows, N], where debiased. */
  readonly carried: tf.TensorInfo;
  readonly h: tf.TensorInfo;
  readonly partials: tf.TensorInfo;
}

export function pullBackMean(
  { atoms, points, power, update, memory, debiased }: MeanSizes,
  { phi, isShared, weights, firstRow, rows }: MeanLaunch,
  { back, isLast, b, carried, h, partials }: MeanAdjointBuffers,
): void {
  launch(ADJOINT, {
    buffers: [phi, weights, back, b, carried, h, partials],
    constants: {
      ATOMS: atoms,
      POINTS: points,
      POWER: power,
      UPDATE: update,
      MEMORY: memory,
      DEBIASED: Number(debiased),
    },
    uniforms: new Uint32Array([rows, isShared ? 0 : atoms * points, firstRow, Number(isLast)]),
    workgroups: rows * tilesOf(points),
  });
}
