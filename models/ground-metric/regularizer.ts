import { pairAt, pairCount } from "../../src/transport/pairs/pair-order.ts";
import type { Histograms } from "./histograms.ts";

/** Norms R of the regulariser tau R(a_i - a_j); `constant` is 1 for every pair (Huizing et al. 2022, section 2.1). */
export const NORM_NAMES = ["l1", "l2", "constant"] as const;
export type NormName = (typeof NORM_NAMES)[number];

const norms: Readonly<Record<NormName, (x: Float64Array, y: Float64Array) => number>> = {
  l1(x, y) {
    let sum = 0;
    for (let bin = 0; bin < x.length; bin++) sum += Math.abs(x[bin] - y[bin]);
    return sum;
  },
  l2(x, y) {
    let sum = 0;
    for (let bin = 0; bin < x.length; bin++) sum += (x[bin] - y[bin]) ** 2;
    return Math.sqrt(sum);
  },
  constant: () => 1,
};

/** R(a_i - a_j) of all pairs, in the order of `pairAt`. */
export function regularizer({ count, bins, data }: Histograms, name: NormName): Float64Array {
  const rows = Array.from({ length: count }, (_, row) => data.subarray(row * bins, (row + 1) * bins));
  const norm = norms[name];
  const values = new Float64Array(pairCount(count));
  for (let pair = 0; pair < values.length; pair++) {
    const [i, j] = pairAt(pair, count);
    values[pair] = norm(rows[i], rows[j]);
  }
  return values;
}
