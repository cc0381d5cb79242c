import type { Random } from "../tensor/random.ts";

/**
 * Responsibilities [n, k] that give each point to the nearest of k points drawn by k-means++ (each in proportion to the squared
 * distance from those drawn before).
 */
export function spreadStart(x: Float64Array, n: number, d: number, k: number, random: Random): Float64Array {
  const nearest = new Float64Array(n).fill(Infinity);
  const of = new Int32Array(n);
  let next = random.integer(n);
  for (let component = 0; component < k; component++) {
    let total = 0;
    for (let row = 0; row < n; row++) {
      let squared = 0;
      for (let axis = 0; axis < d; axis++) squared += (x[row * d + axis] - x[next * d + axis]) ** 2;
      if (squared < nearest[row]) {
        nearest[row] = squared;
        of[row] = component;
      }
      total += nearest[row];
    }
    // where fewer points differ than there are Gaussians, any point will do
    next = total > 0 ? drawn(nearest, random.uniform() * total) : random.integer(n);
  }
  const responsibilities = new Float64Array(n * k);
  of.forEach((component, row) => (responsibilities[row * k + component] = 1));
  return responsibilities;
}

/** Where the running sum passes `place`. */
function drawn(shares: Float64Array, place: number): number {
  let sum = 0;
  let last = 0;
  for (let index = 0; index < shares.length; index++) {
    if (shares[index] === 0) continue;
    sum += shares[index];
    last = index;
    if (sum > place) break;
  }
  return last;
}
