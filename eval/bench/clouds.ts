import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { GOLDEN } from "./timing.ts";

/** Another irrational number, so that the second cloud is not the first one. */
const PLASTIC = 0.7548776662466927;

/**
 * Two clouds of points [points, dimension] in the unit cube: coordinate i (from 1, those of a point in turn) is frac(i golden) in
 * the first and 0.2 + 0.8 frac(i plastic) in the second.
 */
export function twoClouds(points: number, dimension: number): [x: NdArray<Float64Array>, y: NdArray<Float64Array>] {
  const cloud = (step: number, low: number) =>
    ndarray(
      Float64Array.from({ length: dimension * points }, (_, i) => low + (1 - low) * (((i + 1) * step) % 1)),
      [points, dimension],
    );
  return [cloud(GOLDEN, 0), cloud(PLASTIC, 0.2)];
}
