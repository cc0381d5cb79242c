// Sinkhorn of pairs on grids that no workgroup holds: a launch an axis of each half step, for all pairs. The first pass of a half step makes
// scalings of the product and the masses while it reads, the last one raises and relaxes the new product while it writes. What a
// pair needs beside that, its start, lambda and stopping test, is a workgroup's. Pairs that have ended are passed over.
import { LOG_AXIS_PASS } from "../axis-pass/logarithms.ts";
import { AXIS_PASS } from "../axis-pass/numbers.ts";
import type { Kernel } from "../kernel.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { PAIR_STATE, PRODUCTS } from "./products.ts";

const pass = (name: string, axisPass: string, isLog: boolean): Kernel => ({
  name,
  buffers: ["read", "read", "read", "read", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms {
  axis: Axis,
  @align(16) points: u32,
  is_first: u32, // of a half step's passes
  is_last: u32,
  omega: f32, // 1: the product takes the place of the one before
  tau: f32,
  sign: f32, // of lambda
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> masses: array<f32>; // of the side that x is of
@group(0) @binding(2) var<storage, read> taps: array<f32>;
@group(0) @binding(3) var<storage, read> pairs: array<Pair>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${PRODUCTS}
${PAIR_STATE}
${axisPass}
var<workgroup> is_over: u32;

fn pass_input(at: u32) -> f32 {
  if (uniforms.is_first == 0) { return x[at]; }
  return scaling_of(masses[at], x[at], ${isLog});
}

fn pass_output(at: u32, value: f32) {
  if (uniforms.is_last == 0) {
    out[at] = value;
    return;
  }
  let pair = pairs[at / uniforms.points];
  if (pair.status != RUNNING) { return; }
  let product = raised(value, uniforms.tau, uniforms.sign * pair.lambda, ${isLog});
  if (uniforms.omega == 1) { out[at] = product; } else { out[at] = mixed(out[at], product, uniforms.omega, ${isLog}); }
}

fn pass_tap(distance: u32) -> f32 { return taps[distance]; }

/** Whether all pairs of a workgroup's lines have ended. */
fn has_ended(workgroup: u32) -> bool {
  let axis = uniforms.axis;
  let lines = uniforms.points / axis.extent; // of a pair
  let first = pass_corner(axis, workgroup).x;
  for (var pair = first / lines; pair <= (min(first + TILE_LINES, axis.lines) - 1) / lines; pair++) {
    if (pairs[pair].status == RUNNING) { return false; }
  }
  return true;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let workgroup = workgroup_index(id, count);
  if (pass_corner(uniforms.axis, workgroup).x >= uniforms.axis.lines) { return; }
  if (lane == 0) { is_over = u32(has_ended(workgroup)); }
  if (workgroupUniformLoad(&is_over) != 0) { return; }
  axis_pass(uniforms.axis, workgroup, lane);
}
`,
});

export const SCALING_PASS = pass("sinkhorn pass on scalings", AXIS_PASS, false);
export const LOG_PASS = pass("sinkhorn pass on logarithms", LOG_AXIS_PASS, true);
