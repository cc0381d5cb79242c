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

/** exp(x) - 1 and log(1 + x) with float32's digits near zero, where `exp` and `log` leave none: a power series, and that of 2 artanh(x / (2 + x)). */
export const EXPM1_LOG1P = /* wgsl */ `
fn expm1(x: f32) -> f32 {
  if (abs(x) > 0.5) { return exp(x) - 1; }
  var series = 1.0;
  for (var k = 9.0; k > 1; k -= 1) { series = fma(series, x / k, 1); }
  return x * series;
}

fn log1p(x: f32) -> f32 {
  if (abs(x) > 0.5) { return log(1 + x); }
  let z = x / (2 + x);
  var series = 0.0;
  for (var k = 11.0; k > 0; k -= 2) { series = fma(series, z * z, 1 / k); }
  return 2 * z * series;
}
`;
