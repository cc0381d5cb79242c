import type { Geometry } from "../../src/geometry/geometry.ts";
import type { BarycenterProblem } from "../../src/transport/barycenter/problem.ts";
import type { Factors } from "./operator.ts";

/**
 * Factors, and log scalings to start from, as a problem of the core: shapes follow from lengths. `sides` is 2 with
 * heavy-ball, else 1.
 */
export function problemOf(
  geometry: Geometry,
  { atoms, weights }: Factors,
  start: Float32Array | undefined,
  sides: 1 | 2,
): BarycenterProblem {
  const pixels = geometry.shape[0];
  const count = atoms.length / pixels;
  const points = weights.length / count;
  return {
    geometry,
    atoms: { shape: [count, pixels], data: atoms },
    weights: { shape: [points, count], data: weights },
    start: start && { shape: [points, sides, count, pixels], data: start },
  };
}
