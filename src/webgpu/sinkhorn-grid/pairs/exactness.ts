import { DOMAINS } from "./state.ts";

/** WGSL: whether float32 holds what a pair runs on, noted in `inexact` from one test to the next. Needs STATE and PRODUCTS. */
export const EXACTNESS = /* wgsl */ `
// of what K is applied to, for each side, since the last test, as bits: these are ordered like the numbers, which are not negative
var<workgroup> largest: array<atomic<u32>, 2>;
var<workgroup> inexact: atomic<u32>;
var<workgroup> is_inexact: u32;

/** What K is applied to next; it is remembered how large that is. */
fn argument(side: u32, mass: f32, product: f32, is_log: bool) -> f32 {
  let scaling = scaling_of(mass, product, is_log);
  if (!is_log) { atomicMax(&largest[side], bitcast<u32>(scaling)); }
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
`;
