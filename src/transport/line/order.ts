/** Below this many numbers a comparison sort is faster than passes over buckets. */
const FEW = 64;
/** From this many on, digits of more bits, and so fewer passes. */
const MANY = 4096;

/** The indices of finite numbers in ascending order of their values; equal ones keep their order. O(n). */
export function ascendingOrder(values: Float64Array): Int32Array {
  return values.length < FEW ? byComparison(values) : byRadix(values, values.length < MANY ? 8 : 11);
}

function byComparison(values: Float64Array): Int32Array {
  return indices(values.length).sort((first, second) => values[first] - values[second] || first - second);
}

/** Numbers as the two words of a key that is ordered as they are, and where each was. */
interface Keys {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly order: Int32Array;
}

/** Least significant digit first, over digits of so many bits. */
function byRadix(values: Float64Array, bits: number): Int32Array {
  const count = values.length;
  const digits = Math.ceil(32 / bits); // of a word
  const buckets = 1 << bits;
  let keys = keysOf(values);
  let next: Keys = { low: new Uint32Array(count), high: new Uint32Array(count), order: new Int32Array(count) };
  const begins = new Uint32Array(buckets);
  for (let pass = 0; pass < 2 * digits; pass++) {
    const word = pass < digits ? keys.low : keys.high;
    const shift = (pass % digits) * bits;
    if (beginBuckets(word, shift, begins)) {
      scatter(keys, word, shift, begins, next);
      [keys, next] = [next, keys];
    }
  }
  return keys.order;
}

/** Which of the two words of a float64 holds its sign. */
const UPPER = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** The sign bit flipped, and every bit of negative numbers. */
function keysOf(values: Float64Array): Keys {
  const count = values.length;
  const words = new Uint32Array(values.slice().buffer);
  const keys = { low: new Uint32Array(count), high: new Uint32Array(count), order: indices(count) };
  for (let at = 0; at < count; at++) {
    if (values[at] === 0) {
      keys.high[at] = 0x80000000; // -0 is 0
      continue;
    }
    const upper = words[2 * at + UPPER];
    const flip = upper >>> 31 ? 0xffffffff : 0;
    keys.low[at] = words[2 * at + 1 - UPPER] ^ flip;
    keys.high[at] = upper ^ (flip | 0x80000000);
  }
  return keys;
}

/** Where each digit's keys begin; false if all have the same digit. */
function beginBuckets(word: Uint32Array, shift: number, begins: Uint32Array): boolean {
  const mask = begins.length - 1;
  begins.fill(0);
  for (let at = 0; at < word.length; at++) begins[(word[at] >>> shift) & mask]++;
  if (begins[(word[0] >>> shift) & mask] === word.length) return false;
  let begin = 0;
  for (let bucket = 0; bucket <= mask; bucket++) {
    const size = begins[bucket];
    begins[bucket] = begin;
    begin += size;
  }
  return true;
}

function scatter({ low, high, order }: Keys, word: Uint32Array, shift: number, begins: Uint32Array, to: Keys): void {
  const mask = begins.length - 1;
  for (let at = 0; at < order.length; at++) {
    const place = begins[(word[at] >>> shift) & mask]++;
    to.low[place] = low[at];
    to.high[place] = high[at];
    to.order[place] = order[at];
  }
}

function indices(count: number): Int32Array {
  const all = new Int32Array(count);
  for (let at = 0; at < count; at++) all[at] = at;
  return all;
}
