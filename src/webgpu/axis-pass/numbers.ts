import { PASS_TILE } from "./tile.ts";

/** WGSL: a pass on numbers. */
export const AXIS_PASS = /* wgsl */ `
${PASS_TILE}
fn axis_pass(axis: Axis, workgroup: u32, lane: u32) {
  let corner = pass_corner(axis, workgroup);
  let chunks = pass_chunks(axis, corner.y);
  var sums = vec4f();
  for (var chunk = chunks.x; chunk < chunks.y; chunk++) {
    pass_load(axis, lane, corner.x, chunk * SPAN, 0);
    pass_load_window(axis, lane, chunk * SPAN, corner.y);
    workgroupBarrier();
    sums += pass_convolve(lane);
    workgroupBarrier();
  }
  pass_store(axis, lane, corner.x, corner.y, sums);
}
`;
