// Sinkhorn of pairs on a small grid, a workgroup a pair, many iterations a launch: products, masses and stopping test never leave the workgroup.
//
// What is kept of an iteration are the products y = K v and z = K^T u, as in the native kernels: u = a / y, v = b / z, and -log y is fKL /
// epsilon, also where there is no mass. A pair runs on these numbers while float32 holds them: after the iterations to a test, one
// product that underflow may have taken digits from, or one beyond the range, sends it back to where they began, to go on with
// base-2 logarithms for good. Penalties raise a product to tau and move it by lambda, as rho.ts has it; lambda is in units of epsilon log 2.
import { EXPM1_LOG1P, WORKGROUP_INDEX } from "../wgsl.ts";
import type { Kernel } from "../kernel.ts";
import { LINES } from "./lines.ts";

/** Words of a pair's state, `Pair`. */
export const PAIR_WORDS = 5;
/** Words before the errors in the summary of a launch: iterations of the pair with most, worst status, whether any took logarithms, pairs not ended. */
export const SUMMARY_WORDS = 4;

/** In the order of badness; `running` is not over. */
export const STATUS = { converged: 0, maxIterations: 1, nonFinite: 2, running: 3 } as const;
export const DOMAINS = { auto: 0, log: 1, scaling: 2 } as const;

export const SINKHORN_PAIRS: Kernel = {
  name: "sinkhorn of pairs on a small grid",
  buffers: ["read", "read", "read", "read", "write", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Pair {
  iterations: u32,
  status: u32,
  is_log: u32,
  error: u32, // bits of the last one
  lambda: f32,
}

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
${EXPM1_LOG1P}
${LINES}
const CONVERGED = ${STATUS.converged}u;
const MAX_ITERATIONS = ${STATUS.maxIterations}u;
const NON_FINITE = ${STATUS.nonFinite}u;
const RUNNING = ${STATUS.running}u;
const NOT_A_NUMBER = 0x7fc00000u;

var<workgroup> pair: Pair;
var<workgroup> is_inexact: u32;
// of what K is applied to, for each side, since the last test, as bits: these are ordered like the numbers, which are not negative
var<workgroup> largest: array<atomic<u32>, 2>;
var<workgroup> inexact: atomic<u32>;
var<private> offset: u32; // of the pair's numbers
var<private> y: array<f32, SLOTS>; // products of a thread's points, or their logarithms
var<private> z: array<f32, SLOTS>;

fn log_of(x: f32) -> f32 {
  return log2(max(x, 0x1p-126));
}

fn mass_of(side: u32, i: u32) -> f32 {
  if (side == 0 || uniforms.is_symmetric != 0) { return a[offset + i]; }
  return b[offset + i];
}

/** What K is applied to next, from a product; it is remembered how large that is. */
fn scaling_of(side: u32, mass: f32, product: f32, is_log: bool) -> f32 {
  if (is_log) { return select(LOG_ZERO, log_of(mass) - product, mass > 0); }
  let scaling = select(0, mass / max(product, 0x1p-126), mass > 0);
  atomicMax(&largest[side], bitcast<u32>(scaling));
  return scaling;
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

/** Products with a penalty. */
fn raised(side: u32, product: f32, is_log: bool) -> f32 {
  let tau = uniforms.tau[side];
  if (tau == 1) { return product; }
  let log = select(log_of(product), product, is_log);
  let moved = tau * log + (1 - tau) * select(pair.lambda, -pair.lambda, side == 1);
  return select(exp2(moved), moved, is_log);
}

fn mixed(before: f32, after: f32, omega: f32, is_log: bool) -> f32 {
  if (is_log) { return mix(before, after, omega); }
  return exp2(mix(log_of(before), log_of(after), omega));
}

/** The scalings that follow from the product in the cells, in its place. */
fn half_step(side: u32, is_relaxed: bool, lane: u32, is_log: bool) {
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    let mass = mass_of(side, i);
    if (!is_log) { examine(side, mass, cells[i]); }
    var product = raised(side, cells[i], is_log);
    if (!is_log && uniforms.has_penalty != 0) { examine_range(mass, product); }
    if (is_relaxed) { product = mixed(select(z[k], y[k], side == 0), product, uniforms.momentum, is_log); }
    if (side == 0) { y[k] = product; } else { z[k] = product; }
    cells[i] = scaling_of(side, mass, product, is_log);
  }
}

/** Sums over the workgroup, in an order that does not change. */
fn sum_of(lane: u32, own: vec2f) -> vec2f {
  workgroupBarrier();
  scratch[lane] = own.x;
  scratch[THREADS + lane] = own.y;
  for (var half = THREADS / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      scratch[lane] += scratch[lane + half];
      scratch[THREADS + lane] += scratch[THREADS + lane + half];
    }
  }
  return vec2f(workgroupUniformLoad(&scratch[0]), workgroupUniformLoad(&scratch[THREADS]));
}

fn largest_of(lane: u32, own: f32) -> f32 {
  workgroupBarrier();
  scratch[lane] = own;
  for (var half = THREADS / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { scratch[lane] = max(scratch[lane], scratch[lane + half]); }
  }
  return workgroupUniformLoad(&scratch[0]);
}

/** log(<masses, exp(-(f + centre) / rho)> / total); the second side's potential moves the other way. */
fn penalized(side: u32, centre: f32, total: f32, lane: u32, is_log: bool) -> f32 {
  let share = uniforms.share[side] * ${Math.LN2};
  if (share == 0) { return 0; }
  var own = vec2f(); // of exp and of exp - 1
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    let mass = mass_of(side, i);
    let kept = select(z[k], y[k], side == 0);
    let log = select(log_of(kept), kept, is_log);
    let exponent = share * (log - select(centre, -centre, side == 1));
    if (mass > 0) { own += mass * vec2f(exp(exponent), expm1(exponent)); }
  }
  let sums = sum_of(lane, own);
  return select(log1p(sums.y / total), log(sums.x / total), sums.x < total / 2);
}

/** The best lambda; that before where float32 does not hold it. */
fn translate(totals: vec2f, lane: u32, is_log: bool) {
  let before = workgroupUniformLoad(&pair).lambda;
  let centre = select(0, before, uniforms.is_centred != 0);
  let of_a = penalized(0, centre, totals.x, lane, is_log);
  let of_b = penalized(1, centre, totals.y, lane, is_log);
  let ratio = log1p((totals.x - totals.y) / totals.y) + of_a - of_b;
  let lambda = centre + uniforms.harmonic * ratio;
  if (lane == 0 && is_finite(lambda)) { pair.lambda = lambda; }
  workgroupBarrier();
}

fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000) != 0x7f800000;
}

/** |P 1 - a|_1 from y and the next product, in the cells; with penalties the change of u, as a share of the mass. */
fn violation(total: f32, lane: u32, is_log: bool) -> f32 {
  var own = 0.0;
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    let mass = mass_of(0, i);
    if (mass <= 0) { continue; }
    if (!is_log) { examine(0, mass, cells[i]); }
    let next = raised(0, cells[i], is_log);
    own += mass * abs(select(next / y[k] - 1, expm1((next - y[k]) * ${Math.LN2}), is_log));
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
      cells[i] = scaling_of(1, mass, one, is_log);
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
    cells[i] = scaling_of(side, mass_of(side, i), select(z[k], y[k], side == 0), is_log);
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

fn potential(side: u32, mass: f32, product: f32, is_log: bool) -> f32 {
  let log = select(log_of(product), product, is_log);
  let kl = select(pair.lambda, -pair.lambda, side == 1) - log;
  if (uniforms.is_kl != 0) { return kl / uniforms.scale; }
  return select(LOG_ZERO, (kl + log_of(mass)) / uniforms.scale, mass > 0);
}

fn write_potentials(lane: u32, is_log: bool) {
  for (var k = 0u; k < SLOTS; k++) {
    let i = lane + k * THREADS;
    if (i >= points) { break; }
    var first = y[k];
    if (uniforms.is_kl != 0 && uniforms.is_symmetric == 0) { first = raised(0, cells[i], is_log); }
    f[offset + i] = potential(0, mass_of(0, i), first, is_log);
    if (uniforms.is_symmetric == 0) { g[offset + i] = potential(1, mass_of(1, i), z[k], is_log); }
  }
}

fn totals_of(lane: u32) -> vec2f {
  var own = vec2f();
  for (var i = lane; i < points; i += THREADS) { own += vec2f(mass_of(0, i), mass_of(1, i)); }
  return sum_of(lane, own);
}

/** A pair that has ended keeps its last error in the tests after that. */
fn report_error(error: u32, from_test: u32, lane: u32) {
  for (var test = from_test + lane; test < uniforms.tests; test += THREADS) {
    atomicMax(&summary[${SUMMARY_WORDS} + test], error);
  }
}

fn report(now: Pair) {
  let is_running = now.status == RUNNING;
  atomicMax(&summary[0], now.iterations);
  atomicMax(&summary[1], select(now.status, 0, is_running));
  atomicMax(&summary[2], now.is_log);
  atomicAdd(&summary[3], u32(is_running));
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
    report_error(state.error, 0, lane);
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
      if (error == NOT_A_NUMBER) { status = NON_FINITE; } else if (now <= uniforms.tolerance) { status = CONVERGED; }
      if (lane == 0) { atomicMax(&summary[${SUMMARY_WORDS} + test], error); }
      test++;
    }
    if (status == RUNNING && iterations == uniforms.iterations) { status = MAX_ITERATIONS; }
    if (status != RUNNING) { break; }
    save(lane);
    was_log = is_log;
  }
  if (status != RUNNING) {
    write_potentials(lane, is_log);
    report_error(error, test, lane);
  }
  if (lane == 0) {
    let after = Pair(iterations, status, u32(is_log), error, pair.lambda);
    pairs[index] = after;
    report(after);
  }
}
`,
};
