import { meanAndDeviation } from "./mean-and-deviation.ts";

/** How a figure is spread over data points, for one whose larger values are better. */
export interface Spread {
  readonly mean: number;
  /** Of the population. */
  readonly deviation: number;
  /** 5% of the data points are below it. */
  readonly percentile5: number;
  readonly worst: number;
}

/** Infinite values (the PSNR of exact images) take no part in mean and deviation; where all are, these are Infinity and 0. */
export function spreadOf(values: Float64Array): Spread {
  const finite = values.filter(Number.isFinite);
  const { mean, deviation } = finite.length > 0 ? meanAndDeviation(finite) : { mean: Infinity, deviation: 0 };
  const ordered = values.toSorted();
  return { mean, deviation, percentile5: quantile(ordered, 0.05), worst: ordered[0] };
}

/** Of ascending values, between neighbours in proportion, as NumPy has it. */
function quantile(ordered: Float64Array, share: number): number {
  const place = share * (ordered.length - 1);
  const [below, above] = [ordered[Math.floor(place)], ordered[Math.ceil(place)]];
  return below === above ? below : below + (place % 1) * (above - below);
}
