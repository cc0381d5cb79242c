/** The simplex takes costs as they are up to 2^MOST_EXPONENT and down to its inverse: times 2^60 units they stay far inside float64. */
export const MOST_EXPONENT = 400;

/** Costs as the network simplex takes them: what was given is 2^exponent times `data`. */
export interface ScaledCost {
  readonly data: Float64Array;
  readonly exponent: number;
}

/** Brings very large and very small costs near one, by a power of two, which rounds nothing; others stay as they are. */
export function scaledCost({ data, largest }: { readonly data: Float64Array; readonly largest: number }): ScaledCost {
  const exponent = largest > 0 ? Math.floor(Math.log2(largest)) : 0;
  if (Math.abs(exponent) <= MOST_EXPONENT) return { data, exponent: 0 };
  return { data: data.map((entry) => ldexp(entry, -exponent)), exponent };
}

/** value * 2^exponent, also where 2^exponent itself is beyond float64. */
export function ldexp(value: number, exponent: number): number {
  const half = Math.trunc(exponent / 2);
  return value * 2 ** half * 2 ** (exponent - half);
}
