import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";

/** Invocations of a workgroup, and results of each: four positions of four lines. */
export const LANES = 64;
export const RESULTS_EACH = 4;

/** What an entry of the input is. */
export const LOAD = {
  /** A logarithm, or one with a sign. */
  asIs: 0,
  /** `scale` times a logarithm plus `shift` times the one beside it; absent where that is. */
  shifted: 1,
  /** A number of either sign, divided by the exponential of what is beside it. */
  weighted: 2,
} as const;

/**
 * WGSL of log2 |sum_j w_ij x_j| along lines of a batch [outer, EXTENT, INNER] -> [outer, RESULTS, INNER], for x_j >= 0 or, with SIGNED, of
 * either sign, from and to logarithms. `weights` adds to it
 *
 *     var<storage, read> weights at binding 2
 *     fn reach(result: u32) -> vec2u                 inputs from, and to before, whose weights for results 0.. at `result` float32 holds
 *     fn log_weight(result: u32, input: u32) -> f32  log2 w, of any size
 *     fn prepare(..)                                 brings weights into the workgroup's memory
 *     fn contribution(..)                            of the inputs there
 *
 * A workgroup computes 4 SLOTS positions of 4 GROUPS lines. It goes over the inputs that these reach in chunks: loads one, lifts each line by the
 * largest of its logarithms so far, rounded up to a whole number so that the difference is exact, exponentiates each entry once, and multiplies.
 * Whatever is lost to underflow, or lies beyond the reach, is below EXTENT 2^-125 in all; a result of at least 2^24 times as much is right to
 * float32. Any other is summed a second time, term by term around its own largest one, from memory and over the whole line. A result depends on its
 * own line alone, so that no bit of it changes with the lines beside it.
 */
export function passCode(weights: string): string {
  return /* wgsl */ `
override EXTENT: u32;
override RESULTS: u32;
override INNER: u32;
override SLOTS: u32;
override GROUPS: u32 = ${LANES}u / SLOTS;
override CHUNK: u32;
override SMALLEST: f32;
override MODE: u32;
override SIGNED: bool;
struct Uniforms { lines: u32, others: u32, scale: f32, shift: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> beside: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
var<workgroup> tile: array<vec4f, CHUNK * GROUPS>; // [position][group of four lines]
var<workgroup> largest: array<atomic<i32>, 4 * GROUPS>;
const LOWEST: i32 = -0x40000000;

${weights}

fn entry(at: u32) -> f32 {
  let value = x[at];
  if (MODE == ${LOAD.asIs}) { return value; }
  let other = beside[at % uniforms.others];
  if (MODE == ${LOAD.shifted}) { return select(uniforms.scale * value + uniforms.shift * other, LOG_ZERO, other < ABSENT); }
  if (value == 0) { return LOG_ZERO; }
  return with_sign(log2(abs(value)) - other, value < 0);
}

/** An entry over 2^lift. */
fn lifted(logarithm: f32, lift: f32) -> f32 {
  let size = power_of_two(logarithm - lift);
  if (SIGNED) { return sign_of(logarithm) * size; }
  return size;
}

fn start_of(line: u32, extent: u32) -> u32 {
  return line / INNER * extent * INNER + line % INNER;
}

/** The group of lines that a lane loads, and its first position: memory is read along lines or across them, whichever is contiguous. */
fn loaded_by(lane: u32) -> vec2u {
  return select(vec2u(lane % GROUPS, lane / GROUPS), vec2u(lane / SLOTS, lane % SLOTS), INNER == 1);
}

/** Returns the largest entries. */
fn load(first_line: u32, begin: u32, end: u32, at: vec2u) -> vec4f {
  var most = vec4f(LOG_ZERO);
  for (var position = at.y; position < CHUNK; position += SLOTS) {
    var four = vec4f(LOG_ZERO);
    for (var c = 0u; c < 4; c++) {
      let line = first_line + 4 * at.x + c;
      if (begin + position < end && line < uniforms.lines) {
        four[c] = entry(start_of(line, EXTENT) + (begin + position) * INNER);
      }
    }
    most = max(most, four);
    tile[position * GROUPS + at.x] = four;
  }
  return most;
}

fn lifts_of(group: u32) -> vec4i {
  var lifts: vec4i;
  for (var c = 0u; c < 4; c++) { lifts[c] = atomicLoad(&largest[4 * group + c]); }
  return lifts;
}

/** Term by term. */
fn summed_alone(line: u32, result: u32) -> f32 {
  let start = start_of(line, EXTENT);
  var most = LOG_ZERO;
  for (var j = 0u; j < EXTENT; j++) { most = max(most, entry(start + j * INNER) + log_weight(result, j)); }
  if (most < ABSENT) { return LOG_ZERO; }
  var sum = 0.0;
  for (var j = 0u; j < EXTENT; j++) {
    let logarithm = entry(start + j * INNER);
    var term = power_of_two(logarithm + log_weight(result, j) - most);
    if (SIGNED) { term *= sign_of(logarithm); }
    sum += term;
  }
  if (sum == 0) { return LOG_ZERO; }
  let size = most + log2(abs(sum));
  if (SIGNED) { return with_sign(size, sum < 0); }
  return size;
}

/** Of a sum over 2^lift. Its own exponent is split off, so that the same number has the same logarithm whatever the lift. */
fn logarithm_of(sum: f32, lift: i32) -> f32 {
  let bits = bitcast<u32>(sum);
  let exponent = i32((bits >> 23) & 0xff) - 127;
  let size = log2(bitcast<f32>((bits & 0x7fffff) | 0x3f800000)) + f32(exponent + lift);
  if (SIGNED) { return with_sign(size, sum < 0); }
  return size;
}

@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let tiles = (RESULTS + 4 * SLOTS - 1) / (4 * SLOTS);
  let index = workgroup_index(id, count);
  let first_line = index / tiles * 4 * GROUPS;
  if (first_line >= uniforms.lines) { return; }
  let first = index % tiles * 4 * SLOTS;
  let group = lane % GROUPS;
  let mine = first + lane / GROUPS * 4;
  let inputs = reach(first);
  for (var line = lane; line < 4 * GROUPS; line += ${LANES}) { atomicStore(&largest[line], LOWEST); }
  let loaded = loaded_by(lane);
  var lifts = vec4i(LOWEST);
  var sums: mat4x4f; // four positions of four lines
  for (var begin = inputs.x; begin < inputs.y; begin += CHUNK) {
    workgroupBarrier();
    let end = min(begin + CHUNK, inputs.y);
    let most = vec4i(ceil(max(load(first_line, begin, end, loaded), vec4f(f32(LOWEST)))));
    for (var c = 0u; c < 4; c++) { atomicMax(&largest[4 * loaded.x + c], most[c]); }
    workgroupBarrier();
    let highest = vec4f(lifts_of(loaded.x));
    for (var position = loaded.y; position < CHUNK; position += SLOTS) {
      var four = tile[position * GROUPS + loaded.x];
      for (var c = 0u; c < 4; c++) { four[c] = lifted(four[c], highest[c]); }
      tile[position * GROUPS + loaded.x] = four;
    }
    let next = lifts_of(group);
    var shrink: vec4f;
    for (var c = 0u; c < 4; c++) { shrink[c] = power_of_two(f32(max(lifts[c] - next[c], -200))); }
    lifts = next;
    prepare(first, begin, end, lane);
    workgroupBarrier();
    let more = contribution(mine, begin, end, group);
    for (var k = 0u; k < 4; k++) { sums[k] = shrink * sums[k] + more[k]; }
  }
  var doubtful = 0u; // bit 4 k + c
  for (var k = 0u; k < 4; k++) {
    for (var c = 0u; c < 4; c++) {
      let line = first_line + 4 * group + c;
      if (mine + k < RESULTS && line < uniforms.lines) {
        y[start_of(line, RESULTS) + (mine + k) * INNER] = logarithm_of(sums[k][c], lifts[c]);
        doubtful |= u32(abs(sums[k][c]) < SMALLEST) << (4 * k + c);
      }
    }
  }
  for (; doubtful != 0; doubtful &= doubtful - 1) {
    let bit = firstTrailingBit(doubtful);
    let line = first_line + 4 * group + bit % 4;
    y[start_of(line, RESULTS) + (mine + bit / 4) * INNER] = summed_alone(line, mine + bit / 4);
  }
}
`;
}
