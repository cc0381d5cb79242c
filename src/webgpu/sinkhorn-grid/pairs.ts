// Sinkhorn of pairs on a small grid, a workgroup a pair, many iterations a launch: products, masses and stopping test never leave the workgroup.
//
// What is kept of an iteration are the products y = K v and z = K^T u, as in the native kernels: u = a / y, v = b / z, and -log y is fKL /
// epsilon, also where there is no mass. A pair runs on these numbers while float32 holds them: after the iterations to a test, one
// product that underflow may have taken digits from, or one beyond the range, sends it back to where they began, to go on with
// base-2 logarithms for good. Penalties raise a product to tau and move it by lambda, as rho.ts has it; lambda is in units of epsilon log 2.
import type { Kernel } from "../kernel.ts";
import { LOG_ZERO, WORKGROUP_INDEX } from "../wgsl.ts";
import { LINES } from "./lines.ts";
import { ENDS } from "./pairs/ends.ts";
import { EXACTNESS } from "./pairs/exactness.ts";
import { DOMAINS, STATE } from "./pairs/state.ts";
import { STOPPING_TEST } from "./pairs/stopping-test.ts";
import { UPDATE } from "./pairs/update.ts";
import { PAIR_STATE, PRODUCTS, REPORTS, TREES } from "./products.ts";

export const SINKHORN_PAIRS: Kernel = {
  name: "sinkhorn of pairs on a small grid",
  buffers: ["read", "read", "read", "read", "write", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
${WORKGROUP_INDEX}
${LOG_ZERO}
${PRODUCTS}
${PAIR_STATE}
${REPORTS}
${LINES}
${TREES}
${STATE}
${EXACTNESS}
${UPDATE}
${STOPPING_TEST}
${ENDS}
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
