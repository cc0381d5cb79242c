// One pass of a grid's kernel along an axis: out_i = sum_j exp(-cost(i - j)) in_j for every line of a batch [outer, extent, inner].
//
// A workgroup computes a tile, SPAN positions of 4 THREADS / SPAN lines, four positions a thread. It goes over the positions that the band
// reaches, SPAN at a time, through its memory: a number read there meets four outputs, and the weights of these move by one from one
// position to the next, so that two reads serve four multiplications. Bytes: an input is read (SPAN + 2 radius) / SPAN times, an output
// written once. Multiplications: 2 radius + 1 an output, rounded up to chunks.
import { kernelLimits } from "./limits.ts";
import { LOG_ZERO } from "./wgsl.ts";

/** An axis of a batch of grids, as a pass along it sees it. */
export interface PassAxis {
  readonly extent: number;
  /** Product of the extents of the axes behind it: neighbours are so many numbers apart. */
  readonly inner: number;
  /** Distance in steps of the last weight that float32 holds as a normal number. */
  readonly radius: number;
  /** C / (epsilon log 2) of one step. */
  readonly cost: number;
  /** 2^(-cost d^2) by distance d up to `radius`. */
  readonly taps: Float32Array;
}

/** 2^-126 is the smallest normal float32. */
const LARGEST_EXPONENT = 126;

/** The axes of a grid at one epsilon, the first one first. */
export function passAxes(size: readonly number[], spacing: readonly number[], epsilon: number): PassAxis[] {
  let inner = size.reduce((product, extent) => product * extent, 1);
  return size.map((extent, axis) => {
    inner /= extent;
    const cost = spacing[axis] ** 2 / (epsilon * Math.LN2);
    const radius = Math.min(extent - 1, Math.floor(Math.sqrt(LARGEST_EXPONENT / cost)));
    const taps = Float32Array.from({ length: radius + 1 }, (_, distance) => 2 ** (-cost * distance * distance));
    return { extent, inner, radius, cost, taps };
  });
}

/** The constants of a kernel that is made of `AXIS_PASS`, and how many workgroups a pass over `lines` lines of the axis takes. */
export function passLayout({ extent }: PassAxis, lines: number) {
  const threads = Math.min(256, kernelLimits().maxComputeInvocationsPerWorkgroup);
  let span = 16;
  while (span < extent && span < 64) span *= 2;
  const tiles = Math.ceil(extent / span) * Math.ceil(lines / ((4 * threads) / span));
  return { constants: { THREADS: threads, SPAN: span }, workgroups: tiles };
}

/** Uniforms that begin with the `Axis` of a pass over `lines` lines; numbers of the kernel's own follow at byte 32. */
export function axisWords(
  { extent, inner, radius, cost }: PassAxis,
  lines: number,
  more: readonly number[] = [],
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(8 + more.length);
  words.set([lines, extent, inner, radius]);
  const floats = new Float32Array(words.buffer);
  floats[4] = cost;
  floats.set(more, 8);
  return words;
}

/**
 * WGSL of a pass. The kernel that includes it declares `@workgroup_size(THREADS)`, calls `axis_pass` or `log_axis_pass` from uniform control flow, and
 * has three functions of its own, so that what is done to inputs and outputs on the way costs no launch and no bytes:
 *
 *     fn pass_input(at: u32) -> f32        the number at a flat index of the batch
 *     fn pass_output(at: u32, value: f32)  takes a result, once for each index
 *     fn pass_tap(distance: u32) -> f32    PassAxis.taps, asked for up to the radius
 *
 * `axis_pass` is on numbers. `log_axis_pass` is log2 sum_j 2^(in_j - cost d^2): a chunk of a line is lifted by its largest entry and
 * exponentiated once; what underflow and the end of the band may have taken is bounded, and an output of which that is more than
 * 2^-26 is summed anew, every term by itself. Absent mass is LOG_ZERO.
 */
export const AXIS_PASS = /* wgsl */ `
${LOG_ZERO}
override THREADS: u32;
override SPAN: u32;
override TILE_LINES: u32 = 4 * THREADS / SPAN;

struct Axis {
  lines: u32, // of the batch: numbers / extent
  extent: u32,
  inner: u32,
  radius: u32,
  cost: f32,
}

var<workgroup> pass_tile: array<f32, (TILE_LINES + 1) * SPAN>; // [position][line], padded against bank conflicts
var<workgroup> pass_window: array<f32, 2 * SPAN>; // weights of the chunk at hand, by position difference
var<workgroup> pass_tops: array<f32, THREADS>;

fn pass_cell(position: u32, line: u32) -> u32 {
  return position * (TILE_LINES + 1) + line;
}

/** Where line and position lie in the batch. */
fn pass_index(axis: Axis, line: u32, position: u32) -> u32 {
  return (line / axis.inner * axis.extent + position) * axis.inner + line % axis.inner;
}

/** The cell that a thread copies from or to memory in its turn: neighbours in memory by neighbouring threads. */
fn pass_copied(axis: Axis, lane: u32, turn: u32) -> vec2u {
  let cell = lane + turn * THREADS;
  return select(vec2u(cell / TILE_LINES, cell % TILE_LINES), vec2u(cell % SPAN, cell / SPAN), axis.inner == 1);
}

fn pass_load(axis: Axis, lane: u32, first_line: u32, begin: u32, absent: f32) {
  for (var turn = 0u; turn < 4; turn++) {
    let cell = pass_copied(axis, lane, turn);
    let position = begin + cell.x;
    let line = first_line + cell.y;
    var value = absent;
    if (position < axis.extent && line < axis.lines) { value = pass_input(pass_index(axis, line, position)); }
    pass_tile[pass_cell(cell.x, cell.y)] = value;
  }
}

/** Weights for inputs from \`begin\` on and outputs from \`to\` on: entry SPAN - 1 + j - i. */
fn pass_load_window(axis: Axis, lane: u32, begin: u32, to: u32) {
  for (var entry = lane; entry < 2 * SPAN; entry += THREADS) {
    let distance = u32(abs(i32(begin + entry) - i32(to + SPAN - 1)));
    var tap = 0.0;
    if (distance <= axis.radius) { tap = pass_tap(distance); }
    pass_window[entry] = tap;
  }
}

fn pass_store(axis: Axis, lane: u32, first_line: u32, begin: u32, sums: vec4f) {
  let quad = 4 * (lane / TILE_LINES);
  for (var k = 0u; k < 4; k++) { pass_tile[pass_cell(quad + k, lane % TILE_LINES)] = sums[k]; }
  workgroupBarrier();
  for (var turn = 0u; turn < 4; turn++) {
    let cell = pass_copied(axis, lane, turn);
    let position = begin + cell.x;
    let line = first_line + cell.y;
    if (position < axis.extent && line < axis.lines) {
      pass_output(pass_index(axis, line, position), pass_tile[pass_cell(cell.x, cell.y)]);
    }
  }
}

/** What the chunk in memory adds to the four outputs of a thread. */
fn pass_convolve(lane: u32) -> vec4f {
  let line = lane % TILE_LINES;
  let zero = SPAN - 1 - 4 * (lane / TILE_LINES); // the weight of the first output at the first input
  var weights = vec4f(pass_window[zero - 1], pass_window[zero - 2], pass_window[zero - 3], 0);
  var sums = vec4f();
  for (var j = 0u; j < SPAN; j++) {
    weights = vec4f(pass_window[zero + j], weights.xyz);
    sums = fma(weights, vec4f(pass_tile[pass_cell(j, line)]), sums);
  }
  return sums;
}

/** The first line and the first position of a workgroup's tile. */
fn pass_corner(axis: Axis, workgroup: u32) -> vec2u {
  let along = (axis.extent + SPAN - 1) / SPAN;
  return vec2u(workgroup / along * TILE_LINES, workgroup % along * SPAN);
}

/** The chunks that the band of a tile reaches: from, and to before. */
fn pass_chunks(axis: Axis, to: u32) -> vec2u {
  let end = min(axis.extent, to + SPAN + axis.radius);
  return vec2u((to - min(to, axis.radius)) / SPAN, (end + SPAN - 1) / SPAN);
}

fn axis_pass(axis: Axis, workgroup: u32, lane: u32) {
  let corner = pass_corner(axis, workgroup);
  let chunks = pass_chunks(axis, corner.y);
  var sums = vec4f();
  for (var chunk = chunks.x; chunk < chunks.y; chunk++) {
    pass_load(axis, lane, corner.x, chunk * SPAN, 0);
    pass_load_window(axis, lane, chunk * SPAN, corner.y);
    workgroupBarrier();
    sums += pass_convolve(lane);
    workgroupBarrier();
  }
  pass_store(axis, lane, corner.x, corner.y, sums);
}

/** The largest entry of a thread's line in the chunk; the chunk becomes 2^(entry - largest). */
fn pass_lift(lane: u32) -> f32 {
  let line = lane % TILE_LINES;
  let quad = 4 * (lane / TILE_LINES);
  var own = vec4f();
  for (var k = 0u; k < 4; k++) { own[k] = pass_tile[pass_cell(quad + k, line)]; }
  pass_tops[lane] = max(max(own.x, own.y), max(own.z, own.w));
  workgroupBarrier();
  var top = LOG_ZERO;
  for (var at = line; at < THREADS; at += TILE_LINES) { top = max(top, pass_tops[at]); }
  for (var k = 0u; k < 4; k++) { pass_tile[pass_cell(quad + k, line)] = exp2(max(own[k] - top, -150.0)); }
  workgroupBarrier();
  return top;
}

/** log2 of one output, term by term. */
fn pass_log_sum(axis: Axis, line: u32, position: u32) -> f32 {
  var largest = LOG_ZERO;
  for (var j = 0u; j < axis.extent; j++) {
    let distance = f32(j) - f32(position);
    largest = max(largest, pass_input(pass_index(axis, line, j)) - axis.cost * distance * distance);
  }
  var sum = 0.0;
  for (var j = 0u; j < axis.extent; j++) {
    let distance = f32(j) - f32(position);
    sum += exp2(max(pass_input(pass_index(axis, line, j)) - axis.cost * distance * distance - largest, -150.0));
  }
  return largest + log2(max(sum, 0x1p-126));
}

fn log_axis_pass(axis: Axis, workgroup: u32, lane: u32) {
  let corner = pass_corner(axis, workgroup);
  let band = pass_chunks(axis, corner.y);
  let line = corner.x + lane % TILE_LINES;
  let quad = corner.y + 4 * (lane / TILE_LINES);
  var sums = vec4f(); // over 2^lift
  var lift = LOG_ZERO;
  var lost = 0.0; // at most so much of a sum, over 2^lift too
  let chunks = (axis.extent + SPAN - 1) / SPAN;
  for (var chunk = 0u; chunk < chunks; chunk++) {
    pass_load(axis, lane, corner.x, chunk * SPAN, LOG_ZERO);
    pass_load_window(axis, lane, chunk * SPAN, corner.y);
    workgroupBarrier();
    let top = pass_lift(lane);
    // no term of the chunk is above this one
    let begin = chunk * SPAN;
    let nearest = f32(max(begin, quad + 3) - (quad + 3) + (max(quad, begin + SPAN - 1) - (begin + SPAN - 1)));
    let bound = top - axis.cost * nearest * nearest;
    let next = max(lift, bound);
    let shrink = exp2(max(lift - next, -150.0));
    sums *= shrink;
    lost *= shrink;
    lift = next;
    let scale = top - next;
    if (chunk >= band.x && chunk < band.y && scale < 100) {
      let factor = exp2(max(scale, -150.0));
      sums += factor * pass_convolve(lane);
      lost += f32(SPAN) * 0x1p-126 * (1 + factor);
    } else {
      lost += f32(SPAN) * exp2(max(bound - next, -126.0));
    }
    workgroupBarrier();
  }
  var logs = lift + log2(max(sums, vec4f(0x1p-126)));
  if (line < axis.lines) {
    for (var k = 0u; k < 4; k++) {
      if (sums[k] < 0x1p26 * lost && quad + k < axis.extent) { logs[k] = pass_log_sum(axis, line, quad + k); }
    }
  }
  pass_store(axis, lane, corner.x, corner.y, logs);
}
`;
