/**
 * The Frechet mean of weights on equispaced angles 2 pi i / n of a circle, exactly: the angle that minimises the weighted sum of
 * squared arc lengths. A minimiser is the mean of the angles on the line after the circle has been cut open at one of n places
 * (Hotz and Huckemann 2015), so all n are compared, in O(n).
 *
 * @param weights [n], of sum one
 * @returns an angle in [0, 2 pi); of several that are equally good, the one of the first cut
 */
export function circularMean(weights: ArrayLike<number>): number {
  const n = weights.length;
  const turn = 2 * Math.PI;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (weights[i] * turn * i) / n;
  // Cut before point k: the points before it go round by a turn. E[angle^2] then changes with the mean in closed form.
  let second = 0;
  for (let i = 0; i < n; i++) second += weights[i] * ((turn * i) / n) ** 2;
  let [best, bestSpread] = [mean, second - mean * mean];
  for (let k = 0; k < n - 1; k++) {
    const angle = (turn * k) / n;
    mean += weights[k] * turn;
    second += weights[k] * ((angle + turn) ** 2 - angle ** 2);
    const spread = second - mean * mean;
    if (spread < bestSpread - TIE) [best, bestSpread] = [mean, spread];
  }
  return best % turn;
}

/** Rounding of the spread, in squared radians; below it, two cuts are equally good. */
const TIE = 1e-12;

/** The angle between two directions, in [0, pi]. */
export function angleBetween(a: number, b: number): number {
  const turn = 2 * Math.PI;
  const difference = Math.abs(a - b) % turn;
  return Math.min(difference, turn - difference);
}
