import type { NdArray } from "../tensor/ndarray.ts";
import { distanceRows, type DistanceKind, type DistanceRows } from "./distances.ts";
import { matrixMetric } from "./metric-matrix.ts";
import { neighborGraph, type NeighborGraphOptions } from "./neighbor-graph.ts";
import { shortestPaths, type ShortestPathOptions } from "./shortest-paths.ts";

export interface NeighborGeodesicOptions extends NeighborGraphOptions, Omit<ShortestPathOptions, "sources"> {
  /** How far points are from their neighbours. @default "euclidean" */
  readonly kind?: DistanceKind;
}

export interface Geodesics {
  /** [n, n], symmetric. */
  readonly distances: NdArray;
  /** One line each, empty where there are none. */
  readonly warnings: readonly string[];
}

/**
 * Geodesic distances along the graph of nearest neighbours (see `neighborGraph`) of points [n, d], all pairs of them. Memory: 8
 * (float32: 4) n^2 bytes; time O(n^2 (d + neighbors log n)).
 *
 * @throws InputError or OptionError as `neighborGraph`, `distanceRows` and `shortestPaths` do
 */
export async function neighborGeodesics(points: NdArray, options: NeighborGeodesicOptions = {}): Promise<Geodesics> {
  const { kind, name } = options;
  return geodesicsOf(distanceRows(points, kind, name), options);
}

/** The same from distances [n, n] that are trusted only between neighbours. Throws InputError or OptionError. */
export async function neighborGeodesicsOfDistances(
  distances: NdArray,
  options: Omit<NeighborGeodesicOptions, "kind"> = {},
): Promise<Geodesics> {
  const { points } = matrixMetric(distances); // its checks
  return geodesicsOf(
    { points, fill: (index, row) => row.set(distances.data.subarray(index * points, (index + 1) * points)) },
    options,
  );
}

async function geodesicsOf(rows: DistanceRows, options: Omit<NeighborGeodesicOptions, "kind">): Promise<Geodesics> {
  const { graph, warnings } = neighborGraph(rows, options);
  return {
    distances: symmetrized(await shortestPaths(graph, options)),
    warnings: [...(rows.warnings ?? []), ...warnings],
  };
}

/** A path adds up to other last digits from its other end: the smaller of the two counts for both. */
function symmetrized({ shape, data }: NdArray): NdArray {
  const [n] = shape;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      data[i * n + j] = data[j * n + i] = Math.min(data[i * n + j], data[j * n + i]);
    }
  }
  return { shape, data };
}
