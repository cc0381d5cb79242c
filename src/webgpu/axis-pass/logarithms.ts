import { PASS_TILE } from "./tile.ts";

/**
 * WGSL: a pass on logarithms, log2 sum_j 2^(in_j - cost d^2). A chunk of a line is lifted by its largest entry and exponentiated once; what
 * underflow and the end of the band may have taken is bounded, and an output of which that is more than 2^-26 is summed anew, every
 * term by itself. Absent mass is LOG_ZERO.
 */
export const LOG_AXIS_PASS = /* wgsl */ `
${PASS_TILE}
var<workgroup> pass_tops: array<f32, THREADS>;

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

fn axis_pass(axis: Axis, workgroup: u32, lane: u32) {
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
