export const DOMAINS = { auto: 0, log: 1, scaling: 2 } as const;

/** WGSL: what a launch is given, and what a thread and its workgroup hold of a pair. Needs PAIR_STATE and LINES. */
export const STATE = /* wgsl */ `
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

var<workgroup> pair: Pair;
var<private> offset: u32; // of the pair's numbers
var<private> y: array<f32, SLOTS>; // products of a thread's points, or their logarithms
var<private> z: array<f32, SLOTS>;

fn mass_of(side: u32, i: u32) -> f32 {
  if (side == 0 || uniforms.is_symmetric != 0) { return a[offset + i]; }
  return b[offset + i];
}

/** Up for f, down for g. */
fn lambda_of(side: u32) -> f32 {
  return select(pair.lambda, -pair.lambda, side == 1);
}
`;
