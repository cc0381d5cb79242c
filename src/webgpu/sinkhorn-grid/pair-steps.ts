// What a pair on a large grid needs beside passes: its start, the best lambda, the stopping test, potentials. A workgroup a pair, 4 to 16 bytes a point.
import type { Kernel } from "../kernel.ts";
import { LOG_ZERO, WORKGROUP_INDEX } from "../wgsl.ts";
import { PAIR_STATE, PRODUCTS, REPORTS, TREES } from "./products.ts";

/** `main` sees the pair's number \`index\`, its points from \`begin\` to \`end\`, and \`is_log\`. */
const pairKernel = (name: string, bindings: Readonly<Record<string, string>>, main: string, more = ""): Kernel => {
  const declared = Object.entries(bindings).map(([variable, type], at) => {
    const access = type.startsWith("write") ? "read_write" : "read";
    return `@group(0) @binding(${at}) var<storage, ${access}> ${variable}: array<${type.split(" ")[1]}>;`;
  });
  return {
    name,
    buffers: Object.values(bindings).map((type) => (type.startsWith("write") ? "write" : "read")),
    uniforms: true,
    code: /* wgsl */ `
override THREADS: u32;
struct Uniforms {
  share: vec2f, // epsilon / rho
  pairs: u32,
  points: u32,
  scale: f32, // 1 / (epsilon log 2)
  harmonic: f32, // times the scale
  tolerance: f32,
  sign: f32, // of lambda in a side's potential
  is_centred: u32,
  has_penalty: u32,
  is_log: u32,
  is_kl: u32,
  iterations: u32, // now
  most: u32,
  goes_on: u32, // with the next product
}
${PAIR_STATE}
${declared.join("\n")}
@group(0) @binding(${declared.length}) var<uniform> uniforms: Uniforms;
var<workgroup> scratch: array<f32, 2 * THREADS>;
var<workgroup> pair: Pair;
${WORKGROUP_INDEX}
${LOG_ZERO}
${PRODUCTS}
${TREES}
${more}
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = workgroup_index(id, count);
  if (index >= uniforms.pairs) { return; }
  let begin = index * uniforms.points;
  let end = begin + uniforms.points;
  let is_log = uniforms.is_log != 0;
${main}
}
`,
  };
};

/** Without a start: gKL = 0, that is a product of one. */
export const BEGIN = pairKernel(
  "sinkhorn begins without a start",
  { product: "write f32", pairs: "write Pair" },
  /* wgsl */ `
  for (var i = begin + lane; i < end; i += THREADS) { product[i] = select(1.0, 0.0, is_log); }
  if (lane == 0) { pairs[index] = Pair(0, RUNNING, uniforms.is_log, 0, 0); }
`,
);

/** From g: the product that it follows from. A constant in g changes only that in f, or is lambda's, and the largest scaling is 1. */
export const BEGIN_FROM = pairKernel(
  "sinkhorn begins from a start",
  { b: "read f32", start: "read f32", product: "write f32", pairs: "write Pair" },
  /* wgsl */ `
  var own = LOG_ZERO;
  for (var i = begin + lane; i < end; i += THREADS) {
    if (b[i] > 0) { own = max(own, start[i]); }
  }
  let top = largest_of(lane, own);
  for (var i = begin + lane; i < end; i += THREADS) {
    let log = select(0, log_of(b[i]) - (start[i] - top) * uniforms.scale, b[i] > 0);
    product[i] = select(exp2(min(log, 126)), log, is_log);
  }
  let lambda = select(0, -top * uniforms.scale, uniforms.has_penalty != 0);
  if (lane == 0) { pairs[index] = Pair(0, RUNNING, uniforms.is_log, 0, lambda); }
`,
);

/** The best lambda after both half steps. */
export const TRANSLATE = pairKernel(
  "sinkhorn translation",
  { a: "read f32", b: "read f32", y: "read f32", z: "read f32", pairs: "write Pair" },
  /* wgsl */ `
  if (lane == 0) { pair = pairs[index]; }
  let before = workgroupUniformLoad(&pair).lambda;
  let centre = select(0, before, uniforms.is_centred != 0);
  var totals = vec2f();
  var of_a = vec2f();
  var of_b = vec2f();
  for (var i = begin + lane; i < end; i += THREADS) {
    totals += vec2f(a[i], b[i]);
    of_a += penalized_mass(a[i], y[i], uniforms.share.x, centre, is_log);
    of_b += penalized_mass(b[i], z[i], uniforms.share.y, -centre, is_log);
  }
  totals = sum_of(lane, totals);
  let shares = vec2f(log_share(sum_of(lane, of_a), totals.x), log_share(sum_of(lane, of_b), totals.y));
  if (lane == 0 && pair.status == RUNNING) {
    pairs[index].lambda = best_lambda(before, centre, uniforms.harmonic, totals, shares);
  }
`,
);

/** The stopping test, from the first product and the next one, which takes its place where the pair goes on. */
export const TEST = pairKernel(
  "sinkhorn stopping test",
  { a: "read f32", next: "read f32", y: "write f32", pairs: "write Pair", summary: "write atomic<u32>" },
  /* wgsl */ `
  if (lane == 0) { pair = pairs[index]; }
  var now = workgroupUniformLoad(&pair);
  if (now.status == RUNNING) {
    var own = vec2f(); // the violation, and whether it is none of numbers
    var total = 0.0;
    for (var i = begin + lane; i < end; i += THREADS) {
      own.x += violation_of(a[i], y[i], next[i], is_log);
      total += a[i];
      let least = min(y[i], next[i]);
      if (a[i] > 0 && !is_log && !(least > 0x1p-126 && max(y[i], next[i]) < 0x1p126)) { own.y = 1; }
    }
    let sums = sum_of(lane, own);
    let error = sums.x / select(1, sum_of(lane, vec2f(total, 0)).x, uniforms.has_penalty != 0);
    now.iterations = uniforms.iterations;
    now.error = select(bitcast<u32>(error), NOT_A_NUMBER, sums.y > 0 || !is_finite(error));
    now.status = status_after(now.error, uniforms.tolerance, uniforms.iterations, uniforms.most);
    if (lane == 0) { pairs[index] = now; }
    if (now.status == RUNNING && uniforms.goes_on != 0) {
      for (var i = begin + lane; i < end; i += THREADS) { y[i] = next[i]; }
    }
  }
  if (lane == 0) {
    report_error(0, now.error);
    report(now);
  }
`,
  REPORTS,
);

/** The potential of one side in place of its product. */
export const POTENTIAL = pairKernel(
  "sinkhorn potential",
  { masses: "read f32", product: "write f32", pairs: "read Pair" },
  /* wgsl */ `
  let lambda = uniforms.sign * pairs[index].lambda;
  for (var i = begin + lane; i < end; i += THREADS) {
    product[i] = potential_of(masses[i], product[i], lambda, uniforms.scale, uniforms.is_kl != 0, is_log);
  }
`,
);
