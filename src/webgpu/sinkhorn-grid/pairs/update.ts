/** WGSL: what an iteration does between products: `half_step` of a side, and `translate` after both. Needs EXACTNESS and TREES. */
export const UPDATE = /* wgsl */ `
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

fn totals_of(lane: u32) -> vec2f {
  var own = vec2f();
  for (var i = lane; i < points; i += THREADS) { own += vec2f(mass_of(0, i), mass_of(1, i)); }
  return sum_of(lane, own);
}
`;
