/** WGSL: where a launch takes up a pair, and what it leaves of it: products where the pair goes on, else potentials. Needs EXACTNESS and TREES. */
export const ENDS = /* wgsl */ `
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
`;
