import { InputError } from "../errors.ts";
import { SMALLEST_NORMAL } from "./checks.ts";
import { ndarray, sizeOf, type NdArray } from "../tensor/ndarray.ts";
import type { Coordinates, GridGeometry } from "./geometry.ts";
import { nativeGridKernel } from "./grid-native.ts";
import { gridTensorKernel } from "./grid-tensor.ts";

export type { GridGeometry };

export interface GridOptions {
  /** Points along each of one to three axes; `[h, w]` for an image. Row-major: the last axis is contiguous. */
  readonly size: readonly number[];
  /**
   * Distance of neighbours, one number or one an axis, in the unit whose square the cost is in.
   * @default 1 (costs in squared pixels)
   */
  readonly spacing?: number | readonly number[];
}

/**
 * Squared Euclidean cost between the points of a regular grid. The Gibbs kernel is a product of one-dimensional ones, so
 * an application costs one pass an axis and no n x n matrix exists (Solomon et al. 2015, Schmitz et al. 2018, section
 * 4.1.2). Throws InputError for a bad size or spacing.
 */
export function grid(options: GridOptions): GridGeometry {
  const size = [...options.size];
  if (size.length < 1 || size.length > 3 || !size.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new InputError(`grid: expected a size of one to three positive integers, got [${size.join(", ")}]`);
  }
  const spacing = spacingPerAxis(options.spacing ?? 1, size.length);
  const points = sizeOf(size);
  const maxCost = size.reduce((sum, extent, axis) => sum + ((extent - 1) * spacing[axis]) ** 2, 0);
  if (!(maxCost < Infinity) || (maxCost < SMALLEST_NORMAL && points > 1)) {
    throw new InputError(
      `grid: squared distances of spacing ${spacing.join(", ")} leave the range of float64; use another unit of length`,
    );
  }
  let x: NdArray<Float64Array> | undefined;
  const pointsOnce = (): NdArray<Float64Array> => (x ??= gridPoints(size, spacing));
  const geometry: GridGeometry = {
    kind: "grid",
    size,
    spacing,
    shape: [points, points],
    symmetric: true,
    maxCost,
    minCost: 0,
    get coordinates(): Coordinates {
      return { x: pointsOnce(), y: pointsOnce(), cost: "squared-euclidean" };
    },
    costMatrix: () => gridCostMatrix(size, spacing),
    hostKernel: (epsilon, kernelOptions) => nativeGridKernel(geometry, epsilon, kernelOptions),
    kernel: (epsilon) => gridTensorKernel(geometry, epsilon),
  };
  return geometry;
}

/** The grid on the unit cube, linspace(0, 1, extent) along each axis: the convention of Sinkhorn initialisers. */
export function unitGrid(size: readonly number[]): GridGeometry {
  return grid({ size, spacing: size.map((extent) => (extent > 1 ? 1 / (extent - 1) : 1)) });
}

function spacingPerAxis(spacing: number | readonly number[], axes: number): number[] {
  const perAxis = typeof spacing === "number" ? new Array<number>(axes).fill(spacing) : [...spacing];
  if (perAxis.length !== axes || !perAxis.every((step) => step > 0 && Number.isFinite(step))) {
    throw new InputError(
      `grid: expected one positive spacing or ${axes} of them (one an axis), got [${perAxis.join(", ")}]`,
    );
  }
  return perAxis;
}

/** Coordinates [N, d], index = row * width + column. */
function gridPoints(size: readonly number[], spacing: readonly number[]): NdArray<Float64Array> {
  const count = sizeOf(size);
  const points = new Float64Array(count * size.length);
  let inner = count;
  size.forEach((extent, axis) => {
    inner /= extent;
    for (let index = 0; index < count; index++) {
      points[index * size.length + axis] = (Math.floor(index / inner) % extent) * spacing[axis];
    }
  });
  return ndarray(points, [count, size.length]);
}

/** From index differences, so that equal distances have equal costs to the last bit. A row is a sum over axes of one line each. */
function gridCostMatrix(size: readonly number[], spacing: readonly number[]): NdArray<Float64Array> {
  const count = sizeOf(size);
  const cost = new Float64Array(count * count);
  for (let row = 0; row < count; row++) {
    const out = cost.subarray(row * count, (row + 1) * count);
    let inner = count;
    let filled = 1; // costs of the first `filled` points, as if the axes up to here were all
    for (let axis = 0; axis < size.length; axis++) {
      const extent = size[axis];
      inner /= extent;
      const index = Math.floor(row / inner) % extent;
      const line = new Float64Array(extent);
      for (let at = 0; at < extent; at++) line[at] = ((at - index) * spacing[axis]) ** 2;
      // from the end, as a point's cost is read before those of its line are written over it
      for (let point = filled - 1; point >= 0; point--) {
        const [sum, begin] = [out[point], point * extent];
        for (let at = extent - 1; at >= 0; at--) out[begin + at] = sum + line[at];
      }
      filled *= extent;
    }
  }
  return ndarray(cost, [count, count]);
}
