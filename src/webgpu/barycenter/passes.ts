import type { Kernel } from "../kernel.ts";
import { LANES, passCode } from "./pass-code.ts";

const BUFFERS = ["read", "read", "read", "write"] as const;

/**
 * A pass of a grid's kernel along one axis. `weights` holds 2^(-c d^2) for the distances d = 0..RADIUS, three zeros, and -c d^2 for all
 * distances. From one input to the next the weights of four neighbouring results move by one place: a weight read and four numbers read
 * serve 16 multiplications.
 */
export const BAND_PASS: Kernel = {
  name: "barycenter band pass",
  buffers: BUFFERS,
  uniforms: true,
  code: passCode(/* wgsl */ `
override RADIUS: u32;
@group(0) @binding(2) var<storage, read> weights: array<f32>;

fn reach(result: u32) -> vec2u {
  return vec2u(result - min(result, RADIUS), min(EXTENT, result + 4 * SLOTS + RADIUS));
}

fn log_weight(result: u32, input: u32) -> f32 {
  return weights[RADIUS + 4 + max(result, input) - min(result, input)];
}

fn prepare(first: u32, begin: u32, end: u32, lane: u32) {}

fn contribution(result: u32, begin: u32, end: u32, group: u32) -> mat4x4f {
  var sums: mat4x4f;
  let low = max(begin, result - min(result, RADIUS));
  let high = min(end, result + 4 + RADIUS);
  var distance = i32(low) - i32(result);
  var w = vec3f(weights[abs(distance - 1)], weights[abs(distance - 2)], weights[abs(distance - 3)]);
  for (var j = low; j < high; j++) {
    let nearest = weights[abs(distance)];
    let four = tile[(j - begin) * GROUPS + group];
    sums[0] += nearest * four;
    sums[1] += w.x * four;
    sums[2] += w.y * four;
    sums[3] += w.z * four;
    w = vec3f(nearest, w.xy);
    distance++;
  }
  return sums;
}`),
};

/**
 * A product with a kernel that is a matrix, whose logarithms -C / (epsilon log 2) are `weights` [RESULTS, EXTENT], or transposed. A block of it is
 * exponentiated once for all lines of a workgroup.
 */
export const DENSE_PASS: Kernel = {
  name: "barycenter dense pass",
  buffers: BUFFERS,
  uniforms: true,
  code: passCode(/* wgsl */ `
override TRANSPOSED: bool;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
var<workgroup> block: array<f32, CHUNK * SLOTS * 4>; // [input][result]

fn reach(result: u32) -> vec2u {
  return vec2u(0, EXTENT);
}

fn log_weight(result: u32, input: u32) -> f32 {
  if (TRANSPOSED) { return weights[input * RESULTS + result]; }
  return weights[result * EXTENT + input];
}

fn prepare(first: u32, begin: u32, end: u32, lane: u32) {
  let width = 4 * SLOTS;
  for (var turn = lane; turn < CHUNK * width; turn += ${LANES}) {
    let at = select(vec2u(turn % CHUNK, turn / CHUNK), vec2u(turn / width, turn % width), TRANSPOSED);
    var weight = 0.0;
    if (begin + at.x < end && first + at.y < RESULTS) { weight = power_of_two(log_weight(first + at.y, begin + at.x)); }
    block[at.x * width + at.y] = weight;
  }
}

fn contribution(result: u32, begin: u32, end: u32, group: u32) -> mat4x4f {
  var sums: mat4x4f;
  let column = result % (4 * SLOTS);
  for (var j = begin; j < end; j++) {
    let four = tile[(j - begin) * GROUPS + group];
    let row = (j - begin) * 4 * SLOTS + column;
    sums[0] += block[row] * four;
    sums[1] += block[row + 1] * four;
    sums[2] += block[row + 2] * four;
    sums[3] += block[row + 3] * four;
  }
  return sums;
}`),
};
