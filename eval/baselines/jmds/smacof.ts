/** Points [n, d] with the dissimilarities [n, n] that their distances should have, all of weight 1 / n. */
export interface Configuration {
  /** [n, d], centred. */
  readonly points: Float64Array;
  readonly dissimilarities: Float64Array;
  readonly count: number;
  readonly dimension: number;
}

export interface GuttmanTransform {
  /** [n, d]: the minimiser of the quadratic that touches the stress at the points from above, centred. */
  readonly points: Float64Array;
  /** Mean of (|x_i - x_k| - d_ik)^2 over all ordered pairs, at the points before. */
  readonly stress: number;
}

/**
 * The Guttman transform `(1/n) sum_k d_ik (x_i - x_k) / |x_i - x_k|` (De Leeuw 1977), which is SMACOF's step for equal weights,
 * where V^+ is I / n on centred points; and the stress before it, from the same pass over the pairs.
 */
export function guttmanTransform({ points, dissimilarities, count, dimension }: Configuration): GuttmanTransform {
  const transformed = new Float64Array(points.length);
  const difference = new Float64Array(dimension);
  let stress = 0;
  for (let i = 1; i < count; i++) {
    for (let k = 0; k < i; k++) {
      let squared = 0;
      for (let axis = 0; axis < dimension; axis++) {
        difference[axis] = points[i * dimension + axis] - points[k * dimension + axis];
        squared += difference[axis] ** 2;
      }
      const distance = Math.sqrt(squared);
      const wanted = dissimilarities[i * count + k];
      stress += (distance - wanted) ** 2;
      if (distance === 0) continue; // any subgradient will do: 0
      const ratio = wanted / (distance * count);
      for (let axis = 0; axis < dimension; axis++) {
        transformed[i * dimension + axis] += ratio * difference[axis];
        transformed[k * dimension + axis] -= ratio * difference[axis];
      }
    }
  }
  return { points: transformed, stress: (2 * stress) / count ** 2 };
}

/**
 * One step of joint SMACOF: lowers `stressX + stressY + lambda <P, |x_i - y_j|^2>` for a fixed coupling P with uniform marginals,
 * first in x, then in y. With the stress replaced by its quadratic, each is in closed form, a mean of the Guttman transform and
 * the partners: `x = (guttman(x) + (lambda/2) n P y) / (1 + lambda/2)`.
 */
export function jointStep(
  [x, y]: readonly [Configuration, Configuration],
  lambda: number,
  images: CouplingImages,
): [Configuration, Configuration] {
  const half = lambda / 2;
  const towards = (configuration: Configuration, partners: Float64Array): Configuration => {
    const own = guttmanTransform(configuration).points;
    return { ...configuration, points: own.map((value, at) => (value + half * partners[at]) / (1 + half)) };
  };
  const first = towards(x, images.ofSecond(y.points));
  return [first, towards(y, images.ofFirst(first.points))];
}

/** What a coupling [n, m] with uniform marginals does to points. */
export interface CouplingImages {
  /** n P y: [m, d] -> [n, d], the mean partner of each x. */
  ofSecond(y: Float64Array): Float64Array;
  /** m P^T x: [n, d] -> [m, d] */
  ofFirst(x: Float64Array): Float64Array;
}
