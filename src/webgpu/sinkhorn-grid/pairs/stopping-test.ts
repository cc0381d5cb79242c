/** WGSL: the violation that a pair is tested for, and what is reported once it has ended. Needs EXACTNESS, TREES and REPORTS. */
export const STOPPING_TEST = /* wgsl */ `
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

/** A pair that has ended keeps its last error in the tests after that. */
fn report_last(error: u32, first_test: u32, lane: u32) {
  for (var test = first_test + lane; test < uniforms.tests; test += THREADS) { report_error(test, error); }
}
`;
