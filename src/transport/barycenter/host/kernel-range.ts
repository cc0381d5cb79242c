import type { HostKernelOptions } from "../../../geometry/geometry.ts";

/**
 * Entries of a Gibbs kernel below `cut` are absent (`HostKernelOptions.precision`), or lost to underflow. What they would
 * have added to an entry of K x is at most cut * sum(x), so an entry of at least cut * sum(x) / `tolerance` is right to
 * that relative tolerance.
 */
const LIMITS = {
  float64: { cut: Math.exp(-708), tolerance: 1e-12 },
  float32: { cut: Math.exp(-87), tolerance: 1e-7 },
} as const;

/** Numbers in this range, and their reciprocals, are normal float64 numbers with room to spare. */
const SMALLEST = 1e-290;
const LARGEST = 1e290;

/** Tells whether a kernel product is exact, cut-off and underflow included. */
export class KernelRange {
  readonly #factor: number;

  constructor(precision: NonNullable<HostKernelOptions["precision"]>) {
    this.#factor = LIMITS[precision].cut / LIMITS[precision].tolerance;
  }

  /** True if every entry of `product` = K x, x >= 0, is right to the tolerance. NaN is not, nor what is near infinity. */
  holds(x: Float64Array, product: Float64Array): boolean {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i];
    let [smallest, largest] = [Infinity, 0];
    for (let i = 0; i < product.length; i++) {
      if (!(product[i] >= smallest)) smallest = product[i];
      if (!(product[i] <= largest)) largest = product[i];
    }
    return sum < LARGEST && largest < LARGEST && smallest >= Math.max(sum * this.#factor, SMALLEST);
  }
}

/** Well within the normal numbers. */
export function isNormal(value: number): boolean {
  return value > SMALLEST && value < LARGEST;
}

/** True if every value is. */
export function allNormal(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (!isNormal(values[i])) return false;
  return true;
}
