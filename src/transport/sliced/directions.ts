import { InputError } from "../../errors.ts";
import { arrayOf, type ArrayInput } from "../../tensor/inputs.ts";
import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import { checkCount } from "../sinkhorn/options.ts";

/** The directions of a sliced distance. */
export interface DirectionOptions {
  /** How many are drawn, uniformly on the sphere. @default 50 */
  readonly projections?: number | undefined;
  /** What they are drawn from. @default 0 */
  readonly seed?: number | undefined;
  /** Directions [projections, d] of one's own instead, which are made unit vectors (the transpose of POT's `projections`). */
  readonly directions?: ArrayInput | undefined;
}

/** Unit vectors [L, d]. Throws InputError for directions that are no such matrix, or have no length. */
export function unitDirections(
  { projections = 50, seed = 0, directions }: DirectionOptions,
  dimension: number,
): NdArray<Float64Array> {
  checkCount(projections, "projections");
  if (!directions) {
    const random = Random.fromSeed(seed);
    return normalised(
      random.fill(projections * dimension, () => random.normal()),
      dimension,
    );
  }
  const { data, shape } = arrayOf(directions, 2, "directions");
  if (shape[1] !== dimension) {
    throw new InputError(`directions: expected [projections, ${dimension}] like the points, got [${shape.join(", ")}]`);
  }
  return normalised(data.slice(), dimension);
}

/** In place. */
function normalised(rows: Float64Array, dimension: number): NdArray<Float64Array> {
  for (let start = 0; start < rows.length; start += dimension) {
    const row = rows.subarray(start, start + dimension);
    const length = Math.hypot(...row);
    if (!(length > 0 && length < Infinity)) {
      throw new InputError(
        `directions: expected vectors of positive finite length, got ${length} in row ${start / dimension}`,
      );
    }
    for (let axis = 0; axis < dimension; axis++) row[axis] /= length;
  }
  return ndarray(rows, [rows.length / dimension, dimension]);
}
