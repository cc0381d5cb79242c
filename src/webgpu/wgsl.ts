// Pieces of WGSL that several kernels start with.

/** The number of a workgroup, as `dispatchOf` spread them; those past the last have nothing to do. */
export const WORKGROUP_INDEX = /* wgsl */ `
fn workgroup_index(id: vec3u, count: vec3u) -> u32 {
  return id.x + count.x * (id.y + count.y * id.z);
}
`;

/** Stands for log 0, as in `geometry/log-sum.ts`: finite, since infinities are undefined in WGSL. */
export const LOG_ZERO = /* wgsl */ `
const LOG_ZERO: f32 = -1e30;
`;
