import type { NdArray } from "../../tensor/ndarray.ts";
import { matrixMetric } from "../metric-matrix.ts";
import { circularMean } from "./circular-mean.ts";
import { smallestOf } from "./coupling-rows.ts";

/** The Frechet mean (v, u) of weights on a grid of rows x columns angles. */
export type TorusMean = (weights: Float64Array) => readonly [v: number, u: number];

/** On the flat torus squared distances are sums over the two circles, so the mean is that of each circle. Exact. */
export function flatMean(rows: number, columns: number): TorusMean {
  return (weights) => {
    const [tube, axis] = [new Float64Array(rows), new Float64Array(columns)];
    weights.forEach((weight, point) => {
      tube[Math.floor(point / columns)] += weight;
      axis[point % columns] += weight;
    });
    return [circularMean(tube), circularMean(axis)];
  };
}

/**
 * From distances [rows * columns, rows * columns] alone: the best grid point, moved to the minimum of a quadratic through the
 * expected squared distances around it. Time O((rows columns)^2).
 */
export function searchedMean(distances: NdArray<Float64Array>, rows: number, columns: number): TorusMean {
  const metric = matrixMetric(distances);
  return (weights) => {
    const expected = metric.squaredProduct(weights);
    const best = smallestOf(expected);
    const [row, column] = [Math.floor(best / columns), best % columns];
    const at = (down: number, right: number): number =>
      expected[((row + down + rows) % rows) * columns + ((column + right + columns) % columns)];
    const [down, right] = quadraticMinimum(at);
    const turn = 2 * Math.PI;
    return [(turn * (row + down)) / rows, (turn * (column + right)) / columns];
  };
}

/**
 * Where a function on a 5 x 5 stencil is smallest, by a step of Newton's method from its middle, no further than to a neighbour; the
 * middle where it has no minimum. Slopes are exact to fourth order: squared distances are not symmetric about a point, and the
 * mean of one point has to be that point.
 */
function quadraticMinimum(at: (down: number, right: number) => number): [down: number, right: number] {
  const slope = (along: (step: number) => number): number => (8 * (along(1) - along(-1)) - (along(2) - along(-2))) / 12;
  const curve = (along: (step: number) => number): number => along(1) - 2 * along(0) + along(-1);
  const [slopeDown, slopeRight] = [slope((step) => at(step, 0)), slope((step) => at(0, step))];
  const [curveDown, curveRight] = [curve((step) => at(step, 0)), curve((step) => at(0, step))];
  const mixed = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / 4;
  const determinant = curveDown * curveRight - mixed * mixed;
  if (!(curveDown > 0 && determinant > 0)) return [0, 0];
  const step = (value: number): number => Math.max(-1, Math.min(1, value / determinant));
  return [step(mixed * slopeRight - curveRight * slopeDown), step(mixed * slopeDown - curveDown * slopeRight)];
}
