import { InputError } from "../../src/errors.ts";
import { matrixProduct } from "../../src/linear-algebra/product/product.ts";
import type { Space } from "../../src/spaces/space.ts";
import { float64Of, ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { gromovWasserstein } from "../../src/transport/gromov/gromov-wasserstein.ts";
import type { GromovOptions } from "../../src/transport/gromov/options.ts";
import type { GromovResult } from "../../src/transport/gromov/result.ts";

export interface GromovAlignmentOptions extends Omit<GromovOptions, "epsilon"> {
  /** In the units of the distances, squared: with distances divided by their largest, SCOT searches 5e-4 to 1e-1. */
  readonly epsilon: number;
  /** Coordinates of the points of X [nx, dx], to project Y into. @default none */
  readonly pointsX?: NdArray;
  /** [ny, dy], to project X into. @default none */
  readonly pointsY?: NdArray;
}

export interface GromovAlignment {
  readonly coupling: NdArray<Float64Array>;
  /** X in the coordinates of Y [nx, dy]: each point at the mean of Y under its row of the coupling. */
  readonly projectionX: NdArray<Float64Array> | undefined;
  /** Y in the coordinates of X [ny, dx]. */
  readonly projectionY: NdArray<Float64Array> | undefined;
  readonly result: GromovResult;
}

/**
 * Alignment of two data sets by entropic Gromov-Wasserstein transport, as SCOT does it (Demetci et al. 2022): couple by distances
 * alone (there, geodesics of a k-NN graph divided by their largest), then put the points of one set at barycentric projections among
 * those of the other. `rho` makes it the unbalanced form (SCOT v2). Throws InputError.
 */
export function gromovAlignment(x: Space, y: Space, options: GromovAlignmentOptions): GromovAlignment {
  const { pointsX, pointsY, ...solver } = options;
  const [n, m] = [x.metric.points, y.metric.points];
  const [first, second] = [pointsX && coordinates(pointsX, n, "X"), pointsY && coordinates(pointsY, m, "Y")];
  const result = gromovWasserstein(x, y, solver);
  const { plan: coupling } = result;
  return {
    coupling,
    projectionX: second && barycentricProjection(coupling.data, second, n, false),
    projectionY: first && barycentricProjection(coupling.data, first, m, true),
    result,
  };
}

/** Means of points [k, d] under the rows of a coupling [count, k], or its columns; a row without mass gives the mean of all. */
function barycentricProjection(
  coupling: Float64Array,
  { data, shape: [k, d] }: NdArray<Float64Array>,
  count: number,
  columns: boolean,
): NdArray<Float64Array> {
  const sums = matrixProduct(coupling, data, [count, k, d], { transposeA: columns });
  const masses = matrixProduct(coupling, new Float64Array(k).fill(1), [count, k, 1], { transposeA: columns });
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  const all = Array.from({ length: d }, (_, axis) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += sums[row * d + axis];
    return sum / total;
  });
  for (let row = 0, at = 0; row < count; row++) {
    for (let axis = 0; axis < d; axis++, at++) sums[at] = masses[row] > 0 ? sums[at] / masses[row] : all[axis];
  }
  return ndarray(sums, [count, d]);
}

function coordinates({ data, shape }: NdArray, count: number, name: string): NdArray<Float64Array> {
  if (shape.length !== 2 || shape[0] !== count) {
    throw new InputError(`points of ${name}: expected [${count}, dimension], got [${shape.join(", ")}]`);
  }
  return ndarray(float64Of(data, `points of ${name}`), shape);
}
