import { LOG_ZERO } from "../wgsl.ts";

/**
 * WGSL: the tile of a workgroup, between memory and what a thread sums of it. A kernel that includes a pass (`numbers.ts`, `logarithms.ts`)
 * declares `@workgroup_size(THREADS)`, calls `axis_pass(axis, workgroup, lane)` from uniform control flow, and has three functions of its own, so
 * that what is done to inputs and outputs on the way costs no launch and no bytes:
 *
 *     fn pass_input(at: u32) -> f32        the number at a flat index of the batch
 *     fn pass_output(at: u32, value: f32)  takes a result, once for each index
 *     fn pass_tap(distance: u32) -> f32    PassAxis.taps, asked for up to the radius
 */
export const PASS_TILE = /* wgsl */ `
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
`;
