// Sinkhorn of pairs on a small grid, a workgroup a pair, many iterations a launch: products, masses and stopping test never leave the workgroup.
//
// What is kept of an iteration are the products y = K v and z = K^T u, as in the native kernels: u = a / y, v = b / z, and -log y is fKL /
// epsilon, also where there is no mass. A pair runs on these numbers while float32 holds them: after the iterations to a test, one
// product that underflow may have taken digits from, or one beyond the range, sends it back to where they began, to go on with
// base-2 logarithms for good. Penalties raise a product to tau and move it by lambda, as rho.ts has it; lambda is in units of epsilon log 2.
import type { Kernel } from "../kernel.ts";
import { LOG_ZERO, WORKGROUP_INDEX } from "../wgsl.ts";
import { LINES } from "./lines.ts";
import { PAIR_STATE, PRODUCTS, REPORTS, TREES } from "./products.ts";

export const DOMAINS = { auto: 0, log: 1, scaling: 2 } as const;

export const SINKHORN_PAIRS: Kernel = {
  name: "sinkhorn of pairs on a small grid",
  buffers: ["read", "read", "read", "read", "write", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms {
  extents: vec3u, // of the axes
  taps: u32, // their number
  radius: vec3u,
  pairs: u32,
  cost: vec3f,
  scale: f32, // 1 / (epsilon log 2)
  iterations: u32, // at most
  before: u32, // iterations before this launch
  until: u32, // iterations after it
  check_every: u32, // 0: no tests
  tests: u32, // of this launch
  domain: u32,
  tolerance: f32,
  momentum: f32,
  has_start: u32,
  is_kl: u32, // the output
  is_symmetric: u32,
  has_penalty: u32,
  tau: vec2f, // rho / (rho + epsilon)
  share: vec2f, // epsilon / rho
  harmonic: f32, // rho_a rho_b / (rho_a + rho_b), times the scale
  is_centred: u32, // penalized masses are counted from the lambda at hand
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read> start: array<f32>;
@group(0) @binding(3) var<storage, read> all_taps: array<f32>;
@group(0) @binding(4) var<storage, read_write> f: array<f32>;
@group(0) @binding(5) var<storage, read_write> g: array<f32>;
@group(0) @binding(6) var<storage, read_write> pairs: array<Pair>;
@group(0) @binding(7) var<storage, read_write> summary: array<atomic<u32>>;
@group(0) @binding(8) var<uniform> uniforms: Uniforms;

${WORKGROUP_INDEX}
${LOG_ZERO}
${PRODUCTS}
${PAIR_STATE}
${REPORTS}
${LINES}
${TREES}
var<workgroup> pair: Pair;
var<workgroup> is_inexact: u32;
// of what K is applied to, for each side, since the last test, as bits: these are ordered like the numbers, which are not negative
var<workgroup> largest: array<atomic<u32>, 2>;
var<workgroup> inexact: atomic<u32>;
var<private> offset: u32; // of the pair's numbers
var<private> y: array<f32, SLOTS>; // products of a thread's points, or their logarithms
var<private> z: array<f32, SLOTS>;

fn mass_of(side: u32, i: u32) -> f32 {
  if (side == 0 || uniforms.is_symmetric != 0) { return a[offset + i]; }
  return b[offset + i];
}

/** What K is applied to next; it is remembered how large that is. */
fn argument(side: u32, mass: f32, product: f32, is_log: bool) -> f32 {
  let scaling = scaling_of(mass, product, is_log);
  if (!is_log) { atomicMax(&largest[side], bitcast<u32>(scaling)); }
  return scaling;
}

/** Up for f, down for g. */
fn lambda_of(side: u32) -> f32 {
  return select(pair.lambda, -pair.lambda, side == 1);
}

/**
 * Notes a product that is not exact to rounding: underflow takes at most 2^-126 for each term of size one, and 2^-24 of a product is
 * a rounding. Where a user insists on numbers, it is noted if it is none.
 */
fn examine(side: u32, mass: f32, product: f32) {
  if (mass <= 0 && uniforms.is_kl == 0) { return; }
  var least = 0x1p-126;
  if (uniforms.domain == ${DOMAINS.auto}) {
    var scaling = atomicLoad(&largest[1 - side]);
    if (uniforms.is_symmetric != 0) { scaling = max(scaling, atomicLoad(&largest[side])); }
    least = max(1, bitcast<f32>(scaling)) * f32(points) * 0x1p-101;
  }
  if (!(product >= least && product < 0x1p120)) { atomicStore(&inexact, 1u); }
}

/** The same of a product that was raised: its quotients must be numbers. */
fn examine_range(mass: f32, product: f32) {
  if (mass <= 0 && uniforms.is_kl == 0) { return; }
  if (!(product > 0x1p-100 && product < 0x1p100)) { atomicStore(&inexact, 1u); }
}

fn examine_cells(lane: u32) {
  for (var i = lane; i < points; i += THREADS) { examine(0, mass_of(0, i), cells[i]); }
}

/** The scalings that follow from the product in the cells, in its place. */
fn half_step(side: u32, is_relaxed: bool, lane: u32, is_log: bool) {
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    let mass = mass_of(side, i);
    if (!is_log) { examine(side, mass, cells[i]); }
    var product = raised(cells[i], uniforms.tau[side], lambda_of(side), is_log);
    if (!is_log && uniforms.has_penalty != 0) { examine_range(mass, product); }
    if (is_relaxed) { product = mixed(select(z[k], y[k], side == 0), product, uniforms.momentum, is_log); }
    if (side == 0) { y[k] = product; } else { z[k] = product; }
    cells[i] = argument(side, mass, product, is_log);
  }
}

/** The logarithm of a side's penalized mass over its total. */
fn share_of(side: u32, centre: f32, total: f32, lane: u32, is_log: bool) -> f32 {
  let share = uniforms.share[side];
  if (share == 0) { return 0; }
  var own = vec2f();
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    own += penalized_mass(mass_of(side, i), select(z[k], y[k], side == 0), share, centre, is_log);
  }
  return log_share(sum_of(lane, own), total);
}

fn translate(totals: vec2f, lane: u32, is_log: bool) {
  let before = workgroupUniformLoad(&pair).lambda;
  let centre = select(0, before, uniforms.is_centred != 0);
  let shares = vec2f(share_of(0, centre, totals.x, lane, is_log), share_of(1, -centre, totals.y, lane, is_log));
  if (lane == 0) { pair.lambda = best_lambda(before, centre, uniforms.harmonic, totals, shares); }
  workgroupBarrier();
}

/** |P 1 - a|_1 from y and the next product, in the cells; with penalties the change of u, as a share of the mass. */
fn violation(total: f32, lane: u32, is_log: bool) -> f32 {
  var own = 0.0;
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    let mass = mass_of(0, i);
    if (!is_log) { examine(0, mass, cells[i]); }
    own += violation_of(mass, y[k], raised(cells[i], uniforms.tau[0], pair.lambda, is_log), is_log);
  }
  return sum_of(lane, vec2f(own, 0)).x / select(1, total, uniforms.has_penalty != 0);
}

/** What K is applied to first; a constant in g changes only that in f, or is lambda's, and the largest scaling of a start is 1. */
fn begin(lane: u32, is_log: bool) {
  var top = 0.0;
  if (uniforms.has_start != 0) {
    var own = LOG_ZERO;
    for (var i = lane; i < points; i += THREADS) {
      if (b[offset + i] > 0) { own = max(own, start[offset + i]); }
    }
    top = largest_of(lane, own);
  }
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    let one = select(1.0, 0.0, is_log);
    y[k] = one;
    z[k] = one;
    let mass = mass_of(1, i);
    if (uniforms.has_start == 0) {
      cells[i] = argument(1, mass, one, is_log);
    } else {
      let log = select(LOG_ZERO, (start[offset + i] - top) * uniforms.scale, mass > 0);
      cells[i] = select(exp2(max(log, -150.0)), log, is_log);
    }
  }
  if (lane == 0) { pair.lambda = select(0, -top * uniforms.scale, uniforms.has_penalty != 0); }
}

/** The products of an earlier launch, or of before the last test, and what K is applied to next. */
fn resume(lane: u32, was_log: bool, is_log: bool) {
  let side = select(1u, 0u, uniforms.is_symmetric != 0);
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    y[k] = f[offset + i];
    if (side == 1) { z[k] = g[offset + i]; }
    if (is_log && !was_log) {
      y[k] = log_of(y[k]);
      z[k] = log_of(z[k]);
    }
    cells[i] = argument(side, mass_of(side, i), select(z[k], y[k], side == 0), is_log);
  }
}

fn save(lane: u32) {
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    f[offset + i] = y[k];
    if (uniforms.is_symmetric == 0) { g[offset + i] = z[k]; }
  }
}

fn write_potentials(lane: u32, is_log: bool) {
  let is_kl = uniforms.is_kl != 0;
  let scale = uniforms.scale;
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    var first = y[k];
    if (is_kl && uniforms.is_symmetric == 0) { first = raised(cells[i], uniforms.tau[0], pair.lambda, is_log); }
    f[offset + i] = potential_of(mass_of(0, i), first, pair.lambda, scale, is_kl, is_log);
    if (uniforms.is_symmetric == 0) { g[offset + i] = potential_of(mass_of(1, i), z[k], -pair.lambda, scale, is_kl, is_log); }
  }
}

fn totals_of(lane: u32) -> vec2f {
  var own = vec2f();
  for (var i = lane; i < points; i += THREADS) { own += vec2f(mass_of(0, i), mass_of(1, i)); }
  return sum_of(lane, own);
}

/** A pair that has ended keeps its last error in the tests after that. */
fn report_last(error: u32, first_test: u32, lane: u32) {
  for (var test = first_test + lane; test < uniforms.tests; test += THREADS) { report_error(test, error); }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup_index(id, count);
  if (index >= uniforms.pairs) { return; }
  if (lane == 0) {
    pair = Pair(0, RUNNING, u32(uniforms.domain == ${DOMAINS.log}), 0, 0);
    if (uniforms.before > 0) { pair = pairs[index]; }
  }
  let state = workgroupUniformLoad(&pair);
  if (state.status != RUNNING) {
    report_last(state.error, 0, lane);
    if (lane == 0) { report(state); }
    return;
  }
  points = uniforms.extents.x * uniforms.extents.y * uniforms.extents.z;
  offset = index * points;
  for (var at = lane; at < uniforms.taps; at += THREADS) { taps[at] = all_taps[at]; }
  let is_symmetric = uniforms.is_symmetric != 0;
  let has_penalty = uniforms.has_penalty != 0 && !is_symmetric;
  let has_tests = uniforms.check_every > 0;
  let has_next = has_tests || (uniforms.is_kl != 0 && !is_symmetric); // whether a product more is wanted at the end
  let sides = select(2u, 1u, is_symmetric);
  var totals = vec2f(1);
  if (uniforms.has_penalty != 0) { totals = totals_of(lane); }
  var status = RUNNING;
  var is_log = state.is_log != 0;
  var was_log = is_log; // in what is saved
  var is_loaded = false;
  var has_product = false; // whether K has been applied to the cells
  var iterations = state.iterations;
  var error = state.error;
  var test = 0u;
  while (iterations < uniforms.until) {
    if (lane == 0) {
      atomicStore(&largest[0], 0u);
      atomicStore(&largest[1], 0u);
      atomicStore(&inexact, 0u);
    }
    let lambda = workgroupUniformLoad(&pair).lambda;
    if (!is_loaded) {
      if (iterations == 0) { begin(lane, is_log); } else { resume(lane, was_log, is_log); }
      is_loaded = true;
      has_product = false;
    }
    let end = select(uniforms.until, min(uniforms.until, iterations + uniforms.check_every), has_tests);
    let halves = sides * (end - iterations);
    for (var half = 0u; half < halves || (half == halves && has_next); half++) {
      if (!has_product) { apply_kernel(lane, is_log); }
      has_product = half == halves;
      if (has_product) { break; }
      // plain before a test, so that the second marginal is exact
      let side = half % sides;
      let is_relaxed = uniforms.momentum != 1 && (is_symmetric || (iterations + half >= sides && (side == 0 || half + 1 < halves)));
      half_step(side, is_relaxed, lane, is_log);
      if (has_penalty && side == 1) { translate(totals, lane, is_log); }
    }
    var now = 0.0;
    if (has_tests) { now = violation(totals.x, lane, is_log); } else if (has_next && !is_log) { examine_cells(lane); }
    workgroupBarrier();
    if (lane == 0) { is_inexact = atomicLoad(&inexact); }
    let is_out = workgroupUniformLoad(&is_inexact) != 0;
    if (is_out && uniforms.domain == ${DOMAINS.auto}) {
      is_log = true;
      is_loaded = false;
      if (lane == 0) { pair.lambda = lambda; }
      continue;
    }
    iterations = end;
    if (has_tests) {
      error = select(bitcast<u32>(now), NOT_A_NUMBER, is_out || !is_finite(now));
      status = status_after(error, uniforms.tolerance, iterations, uniforms.iterations);
      if (lane == 0) { report_error(test, error); }
      test++;
    }
    if (!has_tests && iterations == uniforms.iterations) { status = MAX_ITERATIONS; }
    if (status != RUNNING) { break; }
    save(lane);
    was_log = is_log;
  }
  if (status != RUNNING) {
    write_potentials(lane, is_log);
    report_last(error, test, lane);
  }
  if (lane == 0) {
    let after = Pair(iterations, status, u32(is_log), error, pair.lambda);
    pairs[index] = after;
    report(after);
  }
}
`,
};
