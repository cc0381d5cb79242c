import type { SymmetricMatrix } from "./symmetric-matrix.ts";

/**
 * How many directions distances spread over: (sum e)^2 / sum e^2 over the eigenvalues e of the centred Gram matrix
 * G = -J D J / 2 that distances D have if they are squared Euclidean ones (classical scaling). Points on a line have 1,
 * points in a ball of R^d have d. Power iterations end near 1 where entropy dominates (Huizing et al. 2022,
 * proposition 4.4: the limit is a line), with the classes of the data folded onto it. O(n^2), without the eigenvalues.
 */
export function effectiveDimension({ count, values }: SymmetricMatrix): number {
  const means = new Float64Array(count);
  let mean = 0;
  forPairs(count, (pair, i, j) => {
    means[i] += values[pair] / count;
    means[j] += values[pair] / count;
    mean += (2 * values[pair]) / count ** 2;
  });
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const entry = means[i] - mean / 2; // G_ii
    trace += entry;
    squares += entry * entry;
  }
  forPairs(count, (pair, i, j) => {
    const entry = (means[i] + means[j] - mean - values[pair]) / 2; // G_ij = G_ji
    squares += 2 * entry * entry;
  });
  return squares > 0 ? (trace * trace) / squares : 0;
}

function forPairs(count: number, visit: (pair: number, i: number, j: number) => void): void {
  for (let i = 0, pair = 0; i < count; i++) for (let j = i + 1; j < count; j++, pair++) visit(pair, i, j);
}
