import type { NdArray } from "../tensor/ndarray.ts";
import type { Metric } from "./metric.ts";

/**
 * A fixed target space Z of a joint embedding: points with distances, into which two data sets are put, and what is done with
 * them there. Each target is one file.
 */
export interface Target {
  /** "plane", "sphere", "torus", "circle", "gaussians" or "matrix". */
  readonly name: string;
  readonly metric: Metric;
  /** Coordinates [nz, d] for pictures: 2 of the plane, 3 of a sphere or torus; undefined where there are distances alone. */
  readonly coordinates: NdArray<Float64Array> | undefined;
  /**
   * Barycentric projections (Frechet means in Z) of the rows of a coupling [n, nz], each scaled to mass one: [n, k] numbers that
   * `distances` understands; where `coordinates` are known, those, else indices of points of Z (k = 1).
   */
  project(coupling: NdArray): NdArray<Float64Array>;
  /** Distances in Z between projected points p [n, k] and q [m, k]: [n, m]. */
  distances(p: NdArray, q: NdArray): NdArray<Float64Array>;
}
