/** A number for people: up to 4 significant digits, whole numbers in full, an exponent only where it saves zeros. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  const magnitude = Math.abs(value);
  if (magnitude < 1e-3 || magnitude >= 1e6) return trimZeros(value.toExponential(3));
  return trimZeros(magnitude >= 1e4 ? value.toFixed(0) : value.toPrecision(4));
}

function trimZeros(text: string): string {
  const [digits, exponent] = text.split("e");
  const shorter = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return exponent === undefined ? shorter : `${shorter}e${exponent.replace("+", "")}`;
}

/** "33.81 dB", "∞ dB" for an exact image. */
export function formatDecibels(value: number, digits: number): string {
  return `${Number.isFinite(value) ? value.toFixed(digits) : formatNumber(value)} dB`;
}

/**
 * A number for JSON, which has no word for infinite ones: these as text, "Infinity", which Python's `float` and JavaScript's
 * `Number` read.
 */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** A number to 4 significant digits, for data on a page: shorter there, and no eye sees a difference. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
