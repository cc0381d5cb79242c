import { ldexp } from "./powers-of-two.ts";

/**
 * Histograms as whole numbers, in units of a power of two, about 2^-52 of the total (2^-60 natively): with them the network
 * simplex adds and subtracts without rounding, so ties are exact and no tolerance decides what is degenerate.
 */
const UNIT_EXPONENT = 52;

/** The share of the total by which rounding in float64 makes two totals differ at most. */
const ROUNDING_SHARE = 2 ** -40;

/** The bins of a histogram that have mass. What is below half a unit counts as none. */
export interface IntegerHistogram {
  readonly bins: Int32Array;
  readonly masses: Float64Array;
  /** Of the given numbers. */
  readonly total: number;
}

/**
 * Of numbers >= 0 with a positive total. A power of two as unit keeps equal numbers equal, and whole numbers exact.
 */
export function integerHistogram(values: Float64Array): IntegerHistogram {
  const total = sum(values);
  const exponent = UNIT_EXPONENT - Math.round(Math.log2(total));
  const units = values.map((value) => Math.round(ldexp(value, exponent)));
  const bins = Int32Array.from(units.keys()).filter((bin) => units[bin] > 0);
  return { bins, masses: Float64Array.from(bins, (bin) => units[bin]), total };
}

/** Two histograms whose masses have the same sum. */
export interface BalancedPair {
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** The mass of so many units; the same for a cost of units. */
  readonly massOf: (units: number) => number;
}

/**
 * The masses of a and b with equal totals, the larger of the two. A difference by rounding is put on the largest mass of the
 * smaller, which leaves all others as they are; with a greater one all of it is scaled.
 */
export function balance(a: IntegerHistogram, b: IntegerHistogram): BalancedPair {
  const totals = [sum(a.masses), sum(b.masses)];
  const total = Math.max(...totals);
  const [left, right] = [raised(a.masses, totals[0], total), raised(b.masses, totals[1], total)];
  const mean = a.total / 2 + b.total / 2; // their sum may overflow
  const exponent = Math.floor(Math.log2(mean)); // and a unit of their mass underflow
  const unit = ldexp(mean, -exponent) / total;
  return { left, right, massOf: (units) => ldexp(units * unit, exponent) };
}

function raised(masses: Float64Array, from: number, total: number): Float64Array {
  if (from === total) return masses;
  const close = total - from <= total * ROUNDING_SHARE;
  const result = close ? masses.slice() : masses.map((mass) => Math.round(mass * (total / from)));
  const largest = result.reduce((best, mass, index) => (mass > result[best] ? index : best), 0);
  result[largest] += total - sum(result);
  return result;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
