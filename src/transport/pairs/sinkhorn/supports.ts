import { InputError } from "../../../errors.ts";
import type { HistogramRows } from "../histograms.ts";

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

/** So that the native kernels number pairs and entries in 32 bits. */
const MOST_HISTOGRAMS = 2 ** 16;
const MOST_BINS = 2 ** 20;

/** Takes the zeros out of histograms and divides each by its sum. Throws InputError for a sum that is not one to 1e-5. */
export function supportsOf({ count, bins, data, totals }: HistogramRows): Supports {
  if (count > MOST_HISTOGRAMS || bins > MOST_BINS) {
    throw new InputError(
      `histograms: expected at most ${MOST_HISTOGRAMS} of ${MOST_BINS} bins, got [${count}, ${bins}]`,
    );
  }
  const starts = new Int32Array(count + 1);
  const indices = new Int32Array(data.reduce((sum, mass) => sum + (mass === 0 ? 0 : 1), 0));
  const masses = new Float64Array(indices.length);
  let end = 0;
  for (let row = 0; row < count; row++) {
    const total = totals[row];
    if (Math.abs(total - 1) > TOTAL_TOLERANCE) {
      throw new InputError(`histograms[${row}]: expected masses that sum to one, got ${total}; divide each by its sum`);
    }
    for (let bin = 0; bin < bins; bin++) {
      const mass = data[row * bins + bin];
      if (mass === 0) continue;
      indices[end] = bin;
      masses[end++] = mass / total;
    }
    starts[row + 1] = end;
  }
  return { count, bins, starts, indices, masses };
}

/** How many bins have mass, for each histogram. */
export function supportSizes({ count, starts }: Supports): Int32Array {
  return Int32Array.from({ length: count }, (_, histogram) => starts[histogram + 1] - starts[histogram]);
}
