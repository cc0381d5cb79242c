/** Below this many numbers a comparison sort is faster than the passes over buckets. */
const FEW = 1024;
const BITS = 11;
const BUCKETS = 1 << BITS;

/** The indices of finite numbers in ascending order of their values; equal ones keep their order. O(n). */
export function ascendingOrder(values: Float64Array): Int32Array {
  return values.length < FEW ? byComparison(values) : byRadix(values);
}

function byComparison(values: Float64Array): Int32Array {
  return Int32Array.from(values.keys()).sort((first, second) => values[first] - values[second] || first - second);
}

/**
 * Least significant digit first, over keys of 64 bits that are ordered as the numbers are: the sign bit flipped, and every bit of
 * negative ones.
 */
function byRadix(values: Float64Array): Int32Array {
  const count = values.length;
  const words = new Uint32Array(Float64Array.from(values, (value) => value + 0).buffer); // -0 + 0 = 0
  let low = new Uint32Array(count);
  let high = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    const upper = words[2 * at + UPPER];
    const flip = upper >>> 31 ? 0xffffffff : 0;
    low[at] = words[2 * at + 1 - UPPER] ^ flip;
    high[at] = upper ^ (flip | 0x80000000);
  }
  let order = Int32Array.from({ length: count }, (_, at) => at);
  let [nextLow, nextHigh, nextOrder] = [new Uint32Array(count), new Uint32Array(count), new Int32Array(count)];
  const begins = new Uint32Array(BUCKETS + 1);
  for (let shift = 0; shift < 64; shift += BITS) {
    begins.fill(0);
    for (let at = 0; at < count; at++) begins[digit(low[at], high[at], shift) + 1]++;
    if (begins[digit(low[0], high[0], shift) + 1] === count) continue; // one digit for all
    for (let bucket = 0; bucket < BUCKETS; bucket++) begins[bucket + 1] += begins[bucket];
    for (let at = 0; at < count; at++) {
      const to = begins[digit(low[at], high[at], shift)]++;
      nextLow[to] = low[at];
      nextHigh[to] = high[at];
      nextOrder[to] = order[at];
    }
    [low, high, order, nextLow, nextHigh, nextOrder] = [nextLow, nextHigh, nextOrder, low, high, order];
  }
  return order;
}

/** Which of the two words of a float64 holds its sign. */
const UPPER = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

function digit(low: number, high: number, shift: number): number {
  if (shift >= 32) return (high >>> (shift - 32)) & (BUCKETS - 1);
  if (shift + BITS <= 32) return (low >>> shift) & (BUCKETS - 1);
  return ((low >>> shift) | (high << (32 - shift))) & (BUCKETS - 1);
}
