import type { NdArray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";
import { forPairs, pairCount } from "../../src/transport/pairs/pair-order.ts";
import type { SymmetricMatrix } from "./symmetric-matrix.ts";

/** One choice for every run on a data set, whatever its seed and other options, so that agreements can be compared. */
const HOLD_OUT_SEED = 1;

/** A random share of features, ascending; none for a share of 0, else at least one. */
export function heldOutFeatures(features: readonly number[], share: number): number[] {
  if (share === 0) return [];
  const order = Random.fromSeed(HOLD_OUT_SEED).permutation(features.length);
  const wanted = Math.max(1, Math.round(share * features.length));
  return Array.from(order.subarray(0, wanted), (at) => features[at]).sort((a, b) => a - b);
}

/**
 * How well distances between n samples agree with features [n, h] that had no part in learning them: the correlation over all
 * pairs of D^(1/2) and Euclidean distances of the held-out features (transport distances behave as squared ones, see
 * `effectiveDimension`). Noise of the held-out features is independent of D, so it lowers the correlations of all D by about
 * the same factor: the largest one marks the D that is closest to the distances without noise. Needs no labels.
 */
export function agreementWith({ data, shape: [count, width] }: NdArray<Float64Array>) {
  const held = new Float64Array(pairCount(count));
  forPairs(count, (pair, i, j) => {
    let sum = 0;
    for (let at = 0; at < width; at++) sum += (data[i * width + at] - data[j * width + at]) ** 2;
    held[pair] = Math.sqrt(sum);
  });
  return ({ values }: SymmetricMatrix): number => correlation(values.map(Math.sqrt), held);
}

/** Pearson's correlation; 0 where one of the two is constant. */
function correlation(x: Float64Array, y: Float64Array): number {
  const meanX = mean(x);
  const meanY = mean(y);
  let products = 0;
  let squaresX = 0;
  let squaresY = 0;
  for (let at = 0; at < x.length; at++) {
    const dx = x[at] - meanX;
    const dy = y[at] - meanY;
    products += dx * dy;
    squaresX += dx * dx;
    squaresY += dy * dy;
  }
  return squaresX > 0 && squaresY > 0 ? products / Math.sqrt(squaresX * squaresY) : 0;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
