import { EXPM1_LOG1P } from "../wgsl.ts";

/** In the order of badness; what is `running` is not over. */
const STATUS = { converged: 0, maxIterations: 1, nonFinite: 2, running: 3 } as const;

/** Words of a `Pair`. */
export const PAIR_WORDS = 5;

/** Words before the errors in a summary: iterations of the pair with most, worst status, whether any took logarithms, pairs not ended. */
export const SUMMARY_WORDS = 4;

/**
 * WGSL: what kernels do to one product y = K v or z = K^T u, or to its base-2 logarithm where `is_log`: u = a / y, v = b / z. A `side`'s
 * lambda is that of the pair, with its sign: it moves f up and g down. Lambda is in units of epsilon log 2. Needs LOG_ZERO.
 */
export const PRODUCTS = /* wgsl */ `
${EXPM1_LOG1P}
fn is_finite(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000) != 0x7f800000;
}

/** log2 of a number that may be below the normal ones. */
fn log_of(x: f32) -> f32 {
  return log2(max(x, 0x1p-126));
}

fn scaling_of(mass: f32, product: f32, is_log: bool) -> f32 {
  if (is_log) { return select(LOG_ZERO, log_of(mass) - product, mass > 0); }
  return select(0, mass / max(product, 0x1p-126), mass > 0);
}

/** What becomes of a product where its marginal has a penalty: product^tau 2^((1 - tau) lambda). */
fn raised(product: f32, tau: f32, lambda: f32, is_log: bool) -> f32 {
  if (tau == 1) { return product; }
  let moved = tau * select(log_of(product), product, is_log) + (1 - tau) * lambda;
  return select(exp2(moved), moved, is_log);
}

/** before^(1 - omega) after^omega */
fn mixed(before: f32, after: f32, omega: f32, is_log: bool) -> f32 {
  if (is_log) { return mix(before, after, omega); }
  return exp2(mix(log_of(before), log_of(after), omega));
}

/** A point's part of |P 1 - a|_1, from the product in u and the next one. */
fn violation_of(mass: f32, product: f32, next: f32, is_log: bool) -> f32 {
  if (mass <= 0) { return 0; }
  return mass * abs(select(next / product - 1, expm1((next - product) * ${Math.LN2}), is_log));
}

/** A point's parts of <masses, exp(-(potential + centre) / rho)> and of that less the total, with share = epsilon / rho. */
fn penalized_mass(mass: f32, product: f32, share: f32, centre: f32, is_log: bool) -> vec2f {
  if (mass <= 0) { return vec2f(); }
  let exponent = share * ${Math.LN2} * (select(log_of(product), product, is_log) - centre);
  return mass * vec2f(exp(exponent), expm1(exponent));
}

/** The logarithm of a penalized mass over the total, from the sums of these; exact where they are close. */
fn log_share(sums: vec2f, total: f32) -> f32 {
  return select(log1p(sums.y / total), log(sums.x / total), sums.x < total / 2);
}

/** The best lambda for totals of a and b and their log-shares; that before where float32 does not hold it. */
fn best_lambda(before: f32, centre: f32, harmonic: f32, totals: vec2f, shares: vec2f) -> f32 {
  let lambda = centre + harmonic * (log1p((totals.x - totals.y) / totals.y) + shares.x - shares.y);
  return select(before, lambda, is_finite(lambda));
}

/** f or g in cost units with the masses' part, LOG_ZERO where there is none, or the KL potential; scale = 1 / (epsilon log 2). */
fn potential_of(mass: f32, product: f32, lambda: f32, scale: f32, is_kl: bool, is_log: bool) -> f32 {
  let kl = lambda - select(log_of(product), product, is_log);
  if (is_kl) { return kl / scale; }
  return select(LOG_ZERO, (kl + log_of(mass)) / scale, mass > 0);
}
`;

/** WGSL: how a pair fares. */
export const PAIR_STATE = /* wgsl */ `
const CONVERGED = ${STATUS.converged}u;
const MAX_ITERATIONS = ${STATUS.maxIterations}u;
const NON_FINITE = ${STATUS.nonFinite}u;
const RUNNING = ${STATUS.running}u;
const NOT_A_NUMBER = 0x7fc00000u;

struct Pair {
  iterations: u32,
  status: u32,
  is_log: u32,
  error: u32, // bits of the last one
  lambda: f32,
}

/** The status after a test, from the bits of its error. */
fn status_after(error: u32, tolerance: f32, iterations: u32, most: u32) -> u32 {
  if (error == NOT_A_NUMBER) { return NON_FINITE; }
  if (bitcast<f32>(error) <= tolerance) { return CONVERGED; }
  return select(RUNNING, MAX_ITERATIONS, iterations >= most);
}
`;

/** WGSL: what all pairs come to in `summary: array<atomic<u32>>`, which the kernel declares. */
export const REPORTS = /* wgsl */ `
fn report(pair: Pair) {
  let is_running = pair.status == RUNNING;
  atomicMax(&summary[0], pair.iterations);
  atomicMax(&summary[1], select(pair.status, 0, is_running));
  atomicMax(&summary[2], pair.is_log);
  atomicAdd(&summary[3], u32(is_running));
}

/** Numbers that are not negative are ordered as their bits are, and NaN is above them. */
fn report_error(test: u32, error: u32) {
  atomicMax(&summary[${SUMMARY_WORDS} + test], error);
}
`;

/** WGSL: sums and maxima over a workgroup of THREADS, a power of two, in an order that does not change; needs `scratch` of 2 THREADS. */
export const TREES = /* wgsl */ `
fn sum_of(lane: u32, own: vec2f) -> vec2f {
  workgroupBarrier();
  scratch[lane] = own.x;
  scratch[THREADS + lane] = own.y;
  for (var half = THREADS / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      scratch[lane] += scratch[lane + half];
      scratch[THREADS + lane] += scratch[THREADS + lane + half];
    }
  }
  return vec2f(workgroupUniformLoad(&scratch[0]), workgroupUniformLoad(&scratch[THREADS]));
}

fn largest_of(lane: u32, own: f32) -> f32 {
  workgroupBarrier();
  scratch[lane] = own;
  for (var half = THREADS / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) { scratch[lane] = max(scratch[lane], scratch[lane + half]); }
  }
  return workgroupUniformLoad(&scratch[0]);
}
`;
