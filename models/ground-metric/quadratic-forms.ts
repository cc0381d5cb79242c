import type { Histograms } from "./histograms.ts";

/** Histograms without their zeros: row i has its entries at `starts[i]` to `starts[i + 1]`. */
export interface SparseRows {
  readonly count: number;
  readonly bins: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly masses: Float64Array;
}

export function sparseRows({ count, bins, data }: Histograms): SparseRows {
  const starts = new Int32Array(count + 1);
  const indices = new Int32Array(data.reduce((entries, mass) => entries + (mass === 0 ? 0 : 1), 0));
  const masses = new Float64Array(indices.length);
  for (let row = 0, at = 0; row < count; row++) {
    for (let bin = 0; bin < bins; bin++) {
      const mass = data[row * bins + bin];
      if (mass === 0) continue;
      indices[at] = bin;
      masses[at++] = mass;
    }
    starts[row + 1] = at;
  }
  return { count, bins, starts, indices, masses };
}

/**
 * All quadratic forms (z_k - z_l)^T C (z_k - z_l) of rows Z [count, bins] through the products Z C and Z C Z^T, in float64:
 * O(entries * bins) here, and O(entries of a row) for each pair that is asked for. C is symmetric.
 */
export function quadraticForms(rows: SparseRows, cost: Float64Array): (k: number, l: number) => number {
  const { count, bins, starts, indices, masses } = rows;
  const product = new Float64Array(count * bins); // Z C: [count, bins] x [bins, bins]
  for (let row = 0; row < count; row++) {
    const out = product.subarray(row * bins, (row + 1) * bins);
    for (let entry = starts[row]; entry < starts[row + 1]; entry++) {
      const mass = masses[entry];
      const from = indices[entry] * bins;
      for (let bin = 0; bin < bins; bin++) out[bin] += mass * cost[from + bin];
    }
  }

  /** (Z C Z^T)_kl; the sum runs over the entries of l. */
  function inner(k: number, l: number): number {
    const from = k * bins;
    let sum = 0;
    for (let entry = starts[l]; entry < starts[l + 1]; entry++) sum += masses[entry] * product[from + indices[entry]];
    return sum;
  }

  const own = Float64Array.from({ length: count }, (_, row) => inner(row, row));
  const entries = (row: number): number => starts[row + 1] - starts[row];
  return (k, l) => own[k] + own[l] - 2 * (entries(l) <= entries(k) ? inner(k, l) : inner(l, k));
}
