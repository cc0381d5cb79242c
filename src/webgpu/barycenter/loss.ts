import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch, type Part } from "../launch.ts";
import { LOGARITHMS } from "./logarithms.ts";
import { eachRow, SUM_LANES } from "./tree.ts";

/** Losses that are computed on the device, see `DataTerm`. */
export const FUSED_LOSSES: Readonly<Record<string, number>> = { tv: 0, quadratic: 1, kl: 2 };
/** sum p x, which has the slopes x. */
export const LINEAR_LOSS = 3;

/**
 * A workgroup computes the loss of one barycenter, and p d loss / d p. Where that has no mass, or is not finite, the loss is infinite and the
 * slopes are 0. Terms of `kl` are x ((1 + r) log(1 + r) - r) with r = p / x - 1: near 0 the square that is left of it, by its series.
 */
const LOSS: Kernel = {
  name: "barycenter loss",
  buffers: ["read", "read", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
override POINTS: u32;
override LOSS: u32;
struct Uniforms { rows: u32, skip: u32, first_row: u32 }
@group(0) @binding(0) var<storage, read> log_p: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<f32>;
@group(0) @binding(2) var<storage, read_write> losses: array<u32>; // bits of floats: infinity is one of them
@group(0) @binding(3) var<storage, read_write> slopes: array<f32>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${LOGARITHMS}
const LOG_2: f32 = 0.6931471805599453;
const FLOOR: f32 = 1e-30;

fn divergence(p: f32, x: f32, log_ratio: f32) -> f32 {
  let r = (p - x) / max(x, FLOOR);
  if (abs(r) > 0.25) { return p * log_ratio - p + x; }
  var sum = 0.0;
  for (var k = 12.0; k >= 2; k -= 1) { sum = 1 / (k * (k - 1)) - r * sum; }
  return x * r * r * sum;
}

/** Loss and slope of a pixel. */
fn of_pixel(log_p: f32, x: f32) -> vec2f {
  let p = power_of_two(log_p);
  let difference = p - x;
  if (LOSS == ${FUSED_LOSSES["tv"]}) { return vec2f(abs(difference), sign(difference)); }
  if (LOSS == ${FUSED_LOSSES["quadratic"]}) { return vec2f(difference * difference, 2 * difference); }
  if (LOSS == ${FUSED_LOSSES["kl"]}) {
    let log_ratio = LOG_2 * (log_p - log2(max(x, FLOOR)));
    return vec2f(divergence(p, x, log_ratio), log_ratio);
  }
  return vec2f(p * x, x);
}

${eachRow(/* wgsl */ `
  var loss = 0.0;
  var mass = 0.0;
  var bad = 0.0;
  for (var i = lane; i < POINTS; i += ${SUM_LANES}) {
    let at = row * POINTS + i;
    let logarithm = log_p[at];
    if ((bitcast<u32>(logarithm) & 0x7fffffffu) >= 0x7f800000u || logarithm >= 127) { bad = 1; }
    loss += of_pixel(logarithm, data[uniforms.skip + at]).x;
    mass += power_of_two(logarithm);
  }
  loss = tree_sum(loss, lane);
  mass = tree_sum(mass, lane);
  bad = tree_sum(bad, lane);
  let is_good = mass > 0 && bad == 0;
  if (lane == 0) { losses[uniforms.first_row + row] = select(0x7f800000u, bitcast<u32>(loss), is_good); }
  for (var i = lane; i < POINTS; i += ${SUM_LANES}) {
    let at = row * POINTS + i;
    let logarithm = log_p[at];
    slopes[at] = select(0.0, power_of_two(logarithm) * of_pixel(logarithm, data[uniforms.skip + at]).y, is_good);
  }
`)}
`,
};

/** `slopes` [rows, N] receives p d loss / d p, and `losses` [B] its rows from `firstRow` on. `data` [rows, N] begins after `skip` numbers. */
export function lossOf(
  loss: number,
  points: number,
  { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
  buffers: {
    readonly logP: tf.TensorInfo;
    readonly data: { readonly part: tf.TensorInfo | Part; readonly skip: number };
    readonly losses: tf.TensorInfo;
    readonly slopes: tf.TensorInfo;
  },
): void {
  const { logP, data, losses, slopes } = buffers;
  launch(LOSS, {
    buffers: [logP, data.part, losses, slopes],
    constants: { POINTS: points, LOSS: loss },
    uniforms: new Uint32Array([rows, data.skip, firstRow]),
    workgroups: rows,
  });
}
