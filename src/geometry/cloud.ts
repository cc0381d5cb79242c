import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { cloudHostKernel } from "./cloud-host.ts";
import { cloudTensorKernel } from "./cloud-tensor.ts";
import type { CloudGeometry, Coordinates } from "./geometry.ts";
import { POINT_COSTS } from "./point-cost.ts";
import { costBound } from "./points.ts";
import { variableKernel } from "./variable-kernel.ts";

export type { CloudGeometry };

/**
 * Points as a ground cost of which no matrix is kept: an application forms C in tiles, in O((n + m) d) memory. `maxCost` is a bound,
 * the cost between opposite corners of the boxes around x and y. Throws InputError as `pointCloud` does, whose `lazy` form this is.
 */
export function cloudGeometry(coordinates: Coordinates): CloudGeometry {
  const { x, y } = coordinates;
  const geometry: CloudGeometry = {
    kind: "cloud",
    shape: [x.shape[0], y.shape[0]],
    symmetric: x.data.length === y.data.length && x.data.every((value, at) => value === y.data[at]),
    maxCost: costBound(coordinates),
    minCost: 0,
    coordinates,
    costMatrix: () => pointCostMatrix(coordinates),
    hostKernel: (epsilon) => cloudHostKernel(geometry, epsilon),
    kernel: (epsilon) =>
      typeof epsilon === "number" ? cloudTensorKernel(geometry, epsilon) : variableKernel(geometry, epsilon),
  };
  return geometry;
}

/** C [n, m] */
export function pointCostMatrix({ x, y, cost }: Coordinates): NdArray<Float64Array> {
  const [n, d] = x.shape;
  const [m] = y.shape;
  const rule = POINT_COSTS[cost];
  const entries = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) entries[at] = rule.cost(x.data, i * d, y.data, j * d, d);
  }
  return ndarray(entries, [n, m]);
}
