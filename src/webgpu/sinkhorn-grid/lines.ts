// K x of one small grid in the memory of a workgroup, axis by axis, in place.
//
// A thread computes four neighbours along the axis: a number that it reads meets four outputs, whose weights move by one from one input
// to the next. Of logarithms each line is lifted by its largest entry, exponentiated once, and summed as numbers; an output that
// underflow may have taken digits from is summed anew, term by term.
/** Points of a thread: what its registers hold. */
export const SLOTS = 4;

/** Weights of an axis lie behind each other, with so many zeros after them: what a group of four reaches beyond the band. */
export const ZERO_TAPS = 4;

/**
 * WGSL: `apply_kernel(lane, is_log)`, from uniform control flow, on `cells`, the grid's numbers or base-2 logarithms. Needs LOG_ZERO, and `uniforms` with
 * `extents: vec3u`, `radius: vec3u` and `cost: vec3f` of the axes, as many as three. `taps` are to be filled before; `scratch` is free
 * between calls. Grids of up to 4 THREADS points have one pipeline: extents are uniforms.
 */
export const LINES = /* wgsl */ `
override THREADS: u32;
override CAPACITY: u32 = ${SLOTS} * THREADS;
const SLOTS = ${SLOTS}u;
const GROUPS = 2u; // of a thread at most: an axis of two points has groups of two

var<workgroup> cells: array<f32, 2 * CAPACITY>; // those of the grid, and behind them lifted ones
var<workgroup> taps: array<f32, CAPACITY + 2 + 3 * ${ZERO_TAPS}>;
var<workgroup> scratch: array<f32, 2 * THREADS>;
var<private> points: u32; // of the grid

struct Lines {
  extent: u32,
  stride: u32,
  taps: u32, // where its weights begin
  radius: u32,
  cost: f32,
}

/** Four neighbours of a line. */
struct Group {
  base: u32, // of the line
  first: u32,
  peers: vec2u, // the groups of its line: from, and how far apart
}

fn groups_of(lines: Lines) -> u32 {
  return (lines.extent + 3) / 4 * (points / lines.extent);
}

/** Neighbouring threads read the same number of a contiguous line, and neighbouring ones of others. */
fn group_of(lines: Lines, number: u32) -> Group {
  let count = points / lines.extent;
  let groups = (lines.extent + 3) / 4;
  if (lines.stride == 1) {
    return Group(number / groups * lines.extent, 4 * (number % groups), vec2u(number / groups * groups, 1));
  }
  let line = number % count;
  let base = line / lines.stride * lines.stride * lines.extent + line % lines.stride;
  return Group(base, 4 * (number / count), vec2u(line, count));
}

fn weight(lines: Lines, input: u32, output: u32) -> f32 {
  return taps[lines.taps + select(input - output, output - input, output > input)];
}

/** The sums of a group over the cells from \`offset\` on. */
fn group_sums(lines: Lines, group: Group, offset: u32) -> vec4f {
  let begin = group.first - min(group.first, lines.radius);
  let end = min(lines.extent, group.first + 4 + lines.radius);
  let next = vec3u(group.first + 1, group.first + 2, group.first + 3);
  var weights = vec4f(weight(lines, begin, next.x), weight(lines, begin, next.y), weight(lines, begin, next.z), 0);
  var sums = vec4f();
  for (var j = begin; j < end; j++) {
    weights = vec4f(weight(lines, j, group.first), weights.xyz);
    sums = fma(weights, vec4f(cells[offset + group.base + j * lines.stride]), sums);
  }
  return sums;
}

/** log2 of one output of logarithms, term by term. */
fn log_sum(lines: Lines, base: u32, position: u32) -> f32 {
  var largest = LOG_ZERO;
  for (var j = 0u; j < lines.extent; j++) {
    let distance = f32(j) - f32(position);
    largest = max(largest, cells[base + j * lines.stride] - lines.cost * distance * distance);
  }
  var sum = 0.0;
  for (var j = 0u; j < lines.extent; j++) {
    let distance = f32(j) - f32(position);
    sum += exp2(max(cells[base + j * lines.stride] - lines.cost * distance * distance - largest, -150.0));
  }
  return largest + log2(max(sum, 0x1p-126));
}

/** The lines' largest entries, of each of a thread's groups; behind the cells, 2^(cell - largest). */
fn lift(lines: Lines, lane: u32) -> vec2f {
  let count = groups_of(lines);
  for (var number = lane; number < count; number += THREADS) {
    let group = group_of(lines, number);
    var top = LOG_ZERO;
    for (var at = group.first; at < min(group.first + 4, lines.extent); at++) {
      top = max(top, cells[group.base + at * lines.stride]);
    }
    scratch[number] = top;
  }
  workgroupBarrier();
  var tops = vec2f();
  for (var k = 0u; k < GROUPS; k++) {
    let number = lane + k * THREADS;
    if (number < count) {
      let group = group_of(lines, number);
      var top = LOG_ZERO;
      for (var peer = 0u; peer < (lines.extent + 3) / 4; peer++) {
        top = max(top, scratch[group.peers.x + peer * group.peers.y]);
      }
      for (var at = group.first; at < min(group.first + 4, lines.extent); at++) {
        let cell = group.base + at * lines.stride;
        cells[CAPACITY + cell] = exp2(max(cells[cell] - top, -150.0));
      }
      tops[k] = top;
    }
  }
  workgroupBarrier();
  return tops;
}

fn apply_axis(lines: Lines, lane: u32, is_log: bool) {
  let count = groups_of(lines);
  var tops = vec2f();
  if (is_log) { tops = lift(lines, lane); }
  var results: array<vec4f, GROUPS>;
  for (var k = 0u; k < GROUPS; k++) {
    let number = lane + k * THREADS;
    if (number < count) {
      let group = group_of(lines, number);
      if (is_log) {
        let sums = group_sums(lines, group, CAPACITY);
        var logs = tops[k] + log2(max(sums, vec4f(0x1p-126)));
        // a term is at most 2^-126 too small, the largest one is 1
        for (var i = 0u; i < 4; i++) {
          let position = group.first + i;
          if (position < lines.extent && sums[i] < f32(lines.extent) * 0x1p-100) { logs[i] = log_sum(lines, group.base, position); }
        }
        results[k] = logs;
      } else {
        results[k] = group_sums(lines, group, 0);
      }
    }
  }
  workgroupBarrier();
  for (var k = 0u; k < GROUPS; k++) {
    let number = lane + k * THREADS;
    if (number < count) {
      let group = group_of(lines, number);
      for (var i = 0u; i < min(4, lines.extent - group.first); i++) {
        cells[group.base + (group.first + i) * lines.stride] = results[k][i];
      }
    }
  }
  workgroupBarrier();
}

fn apply_kernel(lane: u32, is_log: bool) {
  workgroupBarrier();
  var stride = points;
  var at = 0u;
  for (var axis = 0u; axis < 3; axis++) {
    let extent = uniforms.extents[axis];
    stride /= extent;
    if (extent > 1) { apply_axis(Lines(extent, stride, at, uniforms.radius[axis], uniforms.cost[axis]), lane, is_log); }
    at += extent + ${ZERO_TAPS};
  }
}
`;
