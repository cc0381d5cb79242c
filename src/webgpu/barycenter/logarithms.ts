// Numbers of any size in four bytes: logarithms to base 2.
import { LOG_ZERO } from "../wgsl.ts";

/**
 * WGSL. A number of either sign is kept as log2 of its size with the sign in the last bit of the mantissa, which costs as much precision as
 * the logarithm's own rounding. `power_of_two` splits off the whole part, which is exact: `exp2` may err by more the larger its argument is.
 */
export const LOGARITHMS = /* wgsl */ `
${LOG_ZERO}
const ABSENT: f32 = -5e29; // logarithms up to here stand for 0
const LARGEST: f32 = 3e38;

/** 2^x: 0 below the normal numbers, LARGEST above them. */
fn power_of_two(x: f32) -> f32 {
  if (x < -126) { return 0; }
  if (x >= 128) { return LARGEST; }
  let whole = floor(x);
  return exp2(x - whole) * bitcast<f32>(u32(i32(whole) + 127) << 23);
}

fn with_sign(logarithm: f32, is_negative: bool) -> f32 {
  return bitcast<f32>((bitcast<u32>(logarithm) & 0xfffffffeu) | u32(is_negative));
}

/** -1 or 1. */
fn sign_of(signed: f32) -> f32 {
  return select(1.0, -1.0, (bitcast<u32>(signed) & 1u) == 1u);
}
`;
