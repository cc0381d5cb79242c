import { denseGeometry } from "../../../src/geometry/dense.ts";
import type { Geometry, PointCost } from "../../../src/geometry/geometry.ts";
import { grid } from "../../../src/geometry/grid.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { ndarray, type NdArray } from "../../../src/tensor/ndarray.ts";

type Rows = readonly (readonly number[])[];

/** A geometry in plain values, which go from the test into the page. */
export type Ground =
  | { readonly kind: "grid"; readonly size: readonly number[]; readonly spacing: number | readonly number[] }
  | { readonly kind: "dense"; readonly cost: Rows }
  | { readonly kind: "matrix of points" | "cloud"; readonly x: Rows; readonly y: Rows; readonly cost: PointCost };

export function geometryOf(ground: Ground): Geometry {
  switch (ground.kind) {
    case "grid":
      return grid(ground);
    case "dense":
      return denseGeometry(matrix(ground.cost));
    case "matrix of points":
    case "cloud":
      return pointCloud(matrix(ground.x), matrix(ground.y), { cost: ground.cost, lazy: ground.kind === "cloud" });
  }
}

/** Rows in one array. */
export function matrix(rows: Rows): NdArray<Float64Array> {
  return ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}
