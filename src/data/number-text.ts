/** Decimal numbers, as tables hold them: no hexadecimal, no infinity, no NaN. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The decimal number that text is; NaN where it is none, or beyond float64. */
export function numberOf(text: string): number {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** Whether text is a decimal number that float64 can hold. */
export function isNumber(text: string): boolean {
  return !Number.isNaN(numberOf(text));
}

/** From here on, digits do not fit a float64 exactly. */
const MOST_EXACT = 2 ** 53;
/** Powers of ten that are exact in float64. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const [PLUS, MINUS, POINT, ZERO, NINE] = ["+", "-", ".", "0", "9"].map((character) => character.charCodeAt(0));

/**
 * The number in bytes [start, end) of text, correctly rounded; NaN for anything that `isNumber` refuses. Most numbers are a few
 * digits and a point: their digits and a power of ten are exact, so that one operation rounds once (Clinger 1990).
 */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  const signed = bytes[start] === MINUS || bytes[start] === PLUS;
  const first = signed ? start + 1 : start;
  let digits = 0;
  let point = -1;
  for (let at = first; at < end; at++) {
    const byte = bytes[at];
    if (byte >= ZERO && byte <= NINE) digits = digits * 10 + (byte - ZERO);
    else if (byte === POINT && point < 0) point = at;
    else return slowNumberAt(bytes, start, end);
  }
  const decimals = point < 0 ? 0 : end - point - 1;
  const count = end - first - (point < 0 ? 0 : 1);
  if (count === 0) return NaN;
  if (digits >= MOST_EXACT || decimals >= POWERS.length) return slowNumberAt(bytes, start, end);
  const value = digits / POWERS[decimals];
  return bytes[start] === MINUS ? -value : value;
}

function slowNumberAt(bytes: Uint8Array, start: number, end: number): number {
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + MOST_CHARACTERS)));
  return end - start <= MOST_CHARACTERS ? numberOf(text) : NaN;
}

/** Longer text is no number that somebody meant. */
const MOST_CHARACTERS = 1000;
