import type { NdArray } from "../../tensor/ndarray.ts";
import { toFloat64 } from "../../tensor/ndarray.ts";
import { InputError } from "../../errors.ts";
import { pairwiseDistances } from "../distances.ts";
import { matrixMetric } from "../metric-matrix.ts";
import type { Target } from "../target.ts";
import { projectRows, smallestOf } from "./coupling-rows.ts";
import { scaledTarget, type TargetScale } from "./scaled.ts";

export interface MatrixTargetOptions {
  /** What summaries call it. @default "matrix" */
  readonly name?: string;
  /** Coordinates [nz, d] of its points, for pictures alone: distances are those of the matrix. @default none */
  readonly coordinates?: NdArray;
  /** @default 1 */
  readonly scale?: TargetScale;
}

/**
 * Any finite space as target, by its distances [nz, nz]: a person's own, or one of the two inputs. Projections are its points
 * (their indices, k = 1) of least expected squared distance: Frechet means among the points of Z. Memory: 16 nz^2 bytes.
 *
 * @throws InputError for what is not a matrix of distances, or coordinates of another number of points
 */
export function matrixTarget(distances: NdArray, options: MatrixTargetOptions = {}): Target {
  const { name = "matrix", coordinates, scale } = options;
  const metric = matrixMetric(distances);
  const { points } = metric;
  const matrix = toFloat64(distances);
  if (coordinates && (coordinates.shape.length !== 2 || coordinates.shape[0] !== points)) {
    throw new InputError(
      `${name}: coordinates: expected [${points}, d] (one row a point), got [${coordinates.shape.join(", ")}]`,
    );
  }
  return scaledTarget(
    {
      name,
      matrix,
      coordinates: coordinates && toFloat64(coordinates),
      project: (coupling) =>
        projectRows(
          coupling,
          points,
          1,
          (weights, mean) => void (mean[0] = smallestOf(metric.squaredProduct(weights))),
        ),
      distances: (p, q) => between(p, q, matrix.data, points),
    },
    scale,
  );
}

/** Points with distances of their own as target, one of the inputs say. Throws InputError. */
export function pointsTarget(points: NdArray, options: Omit<MatrixTargetOptions, "coordinates"> = {}): Target {
  return matrixTarget(pairwiseDistances(points), { ...options, coordinates: points });
}

function between(p: NdArray, q: NdArray, matrix: Float64Array, points: number): NdArray<Float64Array> {
  const [rows, columns] = [indicesOf(p, points), indicesOf(q, points)];
  const data = new Float64Array(rows.length * columns.length);
  rows.forEach((z, i) => columns.forEach((other, j) => (data[i * columns.length + j] = matrix[z * points + other])));
  return { shape: [rows.length, columns.length], data };
}

function indicesOf({ shape, data }: NdArray, points: number): number[] {
  const indices = Array.from(data);
  if (shape.length === 2 && shape[1] === 1 && indices.every((z) => Number.isInteger(z) && z >= 0 && z < points)) {
    return indices;
  }
  throw new InputError(`projections: expected indices [n, 1] of ${points} points, got [${shape.join(", ")}]`);
}
