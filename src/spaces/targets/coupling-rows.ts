import { InputError } from "../../errors.ts";
import { rowOf, type NdArray } from "../../tensor/ndarray.ts";

/**
 * Barycentric projections of the rows of a coupling [n, nz], [n, k]: `mean` is given each row scaled to mass one and writes k
 * numbers. A row without mass says nothing about its point, and counts as uniform.
 *
 * @throws InputError for another shape, and entries that are negative or not finite
 */
export function projectRows(
  { shape, data }: NdArray,
  points: number,
  k: number,
  mean: (weights: Float64Array, projection: Float64Array) => void,
): NdArray<Float64Array> {
  const [n, nz] = shape;
  if (shape.length !== 2 || nz !== points) {
    throw new InputError(
      `coupling: expected [n, ${points}] (one column a point of the target), got [${shape.join(", ")}]`,
    );
  }
  const projections = new Float64Array(n * k);
  const weights = new Float64Array(nz);
  for (let row = 0; row < n; row++) {
    let mass = 0;
    for (let z = 0; z < nz; z++) {
      const value = data[row * nz + z];
      if (!(Number.isFinite(value) && value >= 0)) {
        throw new InputError(`coupling: at [${row}, ${z}]: expected a mass of 0 or more, got ${value}`);
      }
      mass += weights[z] = value;
    }
    for (let z = 0; z < nz; z++) weights[z] = mass > 0 ? weights[z] / mass : 1 / nz;
    mean(weights, rowOf(projections, k, row));
  }
  return { shape: [n, k], data: projections };
}

/** The weighted mean of the rows of points [nz, d], into `mean` [d]. */
export function weightedMean(weights: Float64Array, points: Float64Array, mean: Float64Array): void {
  const d = mean.length;
  mean.fill(0);
  for (let z = 0; z < weights.length; z++) {
    const weight = weights[z];
    if (weight === 0) continue;
    for (let k = 0; k < d; k++) mean[k] += weight * points[z * d + k];
  }
}

/** The place of the smallest number, the first of several. */
export function smallestOf(values: Float64Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if (values[index] < values[best]) best = index;
  return best;
}
