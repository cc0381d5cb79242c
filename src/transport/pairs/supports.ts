import { InputError } from "../../errors.ts";
import { checkMasses } from "../histograms.ts";

/** Histograms without their zeros, one after the other: entry k of histogram i stands at `starts[i] + k`. */
export interface Supports {
  readonly count: number;
  readonly bins: number;
  /** [count + 1] */
  readonly starts: Int32Array;
  /** The bins that have mass, ascending within a histogram. */
  readonly indices: Int32Array;
  /** Masses of these bins; each histogram sums to one. */
  readonly masses: Float64Array;
}

/** Largest distance of a histogram's sum from one that float32 rounding of its masses explains. */
const TOTAL_TOLERANCE = 1e-5;

/**
 * Takes the zeros out of histograms [count, bins] and divides each by its sum. Throws InputError for masses that are not
 * finite numbers >= 0, and for a sum that is not one to 1e-5.
 */
export function supportsOf(histograms: Float64Array, count: number): Supports {
  const bins = histograms.length / count;
  if (!(Number.isInteger(count) && count > 0 && Number.isInteger(bins) && bins > 0)) {
    throw new InputError(
      `histograms: expected [${count}, bins] numbers, row-major, got ${histograms.length}; count must divide the length`,
    );
  }
  const starts = new Int32Array(count + 1);
  const indices = new Int32Array(histograms.reduce((sum, mass) => sum + (mass === 0 ? 0 : 1), 0));
  const masses = new Float64Array(indices.length);
  let end = 0;
  for (let row = 0; row < count; row++) {
    const histogram = histograms.subarray(row * bins, (row + 1) * bins);
    const total = checkMasses(histogram, bins, `of histogram ${row}`);
    if (Math.abs(total - 1) > TOTAL_TOLERANCE) {
      throw new InputError(`histogram ${row}: expected masses that sum to one, got ${total}; divide each by its sum`);
    }
    for (let bin = 0; bin < bins; bin++) {
      if (histogram[bin] === 0) continue;
      indices[end] = bin;
      masses[end++] = histogram[bin] / total;
    }
    starts[row + 1] = end;
  }
  return { count, bins, starts, indices, masses };
}

/** How many bins have mass, for each histogram. */
export function supportSizes({ count, starts }: Supports): Int32Array {
  return Int32Array.from({ length: count }, (_, histogram) => starts[histogram + 1] - starts[histogram]);
}
