// The two arithmetics of the iterations: the same kernels run in either. A domain says what a panel's entry, a scaling and a sum
// of products of them are. Both keep what enters the value as a whole number and a small rest of base-2 logarithms, so that
// differences of potentials lose nothing to their size.

import { LOG_ZERO } from "../wgsl.ts";

export type Domain = "scaling" | "log";

/**
 * The largest cost, in units of epsilon, for which scalings stay in the range of float32 from any start whose potential spreads
 * over no more than that cost, R. Updates do not expand distances (in the sup norm) to the optimal potential f, which is within
 * R / 2 of its middle, as the start is: so |f| <= 3 R / 2 all along, and of the other side's |g| <= 5 R / 2. Sums of products are
 * exp(-f) and exp(-g), at least exp(-65) = 6e-29; a product that underflows, below 1e-38, is nothing beside it.
 */
export const MOST_IN_SCALINGS = 26;

/** Beyond this largest cost in units of epsilon, float32 no longer tells the logarithms of a plan's entries apart to 1%. */
export const MOST_IN_LOGARITHMS = 2 ** 15;

/** What a panel holds of a cost, given in units of epsilon. */
export const entryOf: Readonly<Record<Domain, (cost: number) => number>> = {
  scaling: (cost) => Math.exp(-cost),
  log: (cost) => -Math.LOG2E * cost,
};

/** Deviations of a marginal that are rounding, of a largest cost in units of epsilon: errors, which are squares, end there. */
export const roundingOf: Readonly<Record<Domain, (largest: number) => number>> = {
  scaling: () => 5e-7,
  log: (largest) => Math.max(5e-7, 2 ** -23 * Math.LOG2E * largest),
};

/** log2 of a normal number: the power of two next to it, and the rest to 1e-7, which the built-in log2 does not promise. */
const LOG2_PARTS = /* wgsl */ `
fn log2_parts(x: f32) -> vec2f {
  let bits = bitcast<u32>(x);
  let power = bitcast<i32>(bits - 0x3f3504f3u) >> 23u; // x / 2^power lies between the square roots of 1/2 and 2
  let near_one = bitcast<f32>(bits - (bitcast<u32>(power) << 23u));
  let t = (near_one - 1) / (near_one + 1);
  let t2 = t * t;
  let series = 2.88539008 + t2 * (0.961796694 + t2 * (0.577078016 + t2 * (0.412198583 + t2 * 0.320598898)));
  return vec2f(f32(power), t * series);
}
`;

/** Entries exp(-C), scalings u and v, sums K v. */
const SCALING = /* wgsl */ `
alias Sum = f32;
const NOTHING: Sum = 0;
fn plus(sum: Sum, entry: f32, scaling: f32) -> Sum { return fma(entry, scaling, sum); }
fn joined(x: Sum, y: Sum) -> Sum { return x + y; }
fn scaling_of(mass: vec2f, sum: f32) -> f32 { return mass.x / sum; }
fn value_of(sum: Sum) -> f32 { return sum; }
fn value_of_log2(x: f32) -> f32 { return exp2(x); }
fn parts_of(sum: f32) -> vec2f { return log2_parts(sum); }
fn deviation(sum: f32, before: f32) -> f32 { return min(sum / before, MOST_DEVIATION) - 1; }
`;

/** Entries -C, scalings log2 u and log2 v, sums of 2^(entry + scaling): the largest exponent so far and the sum over its power. */
const LOG = /* wgsl */ `
alias Sum = vec2f;
const NOTHING = vec2f(LOG_ZERO, 0);
fn plus(sum: Sum, entry: f32, scaling: f32) -> Sum {
  let exponent = entry + scaling;
  let above = exponent - sum.x;
  let factor = exp2(-abs(above));
  return select(vec2f(sum.x, sum.y + factor), vec2f(exponent, fma(sum.y, factor, 1)), above > 0);
}
fn joined(x: Sum, y: Sum) -> Sum {
  let most = max(x.x, y.x);
  return vec2f(most, x.y * exp2(x.x - most) + y.y * exp2(y.x - most));
}
fn scaling_of(mass: vec2f, sum: f32) -> f32 { return mass.y - sum; }
fn value_of(sum: Sum) -> f32 {
  let rest = log2_parts(sum.y);
  return sum.x + (rest.x + rest.y);
}
fn value_of_log2(x: f32) -> f32 { return x; }
fn parts_of(sum: f32) -> vec2f {
  let whole = round(sum);
  return vec2f(whole, sum - whole);
}
fn deviation(sum: f32, before: f32) -> f32 { return exp2(min(sum - before, log2(MOST_DEVIATION))) - 1; }
`;

/** Its square is a number, too. */
const MOST_DEVIATION = /* wgsl */ `
const MOST_DEVIATION: f32 = 1e18;
`;

export const DOMAINS: Readonly<Record<Domain, string>> = {
  scaling: LOG2_PARTS + MOST_DEVIATION + SCALING,
  log: LOG_ZERO + LOG2_PARTS + MOST_DEVIATION + LOG,
};
