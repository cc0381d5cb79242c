import { OptionError } from "../errors.ts";
import type { NdArray } from "../tensor/ndarray.ts";
import { distanceRows, type DistanceKind } from "./distances.ts";
import type { Graph } from "./graph.ts";
import { dijkstra } from "./shortest-paths.ts";

/** Points that are spread over a space, and how far they are from each other. */
export interface FarthestPoints {
  /** [count], in the order in which they were taken. */
  readonly indices: Int32Array;
  /** [count, count] */
  readonly distances: NdArray<Float64Array>;
}

/**
 * Farthest-point sampling: after the first point, each next one is that which is farthest from those taken, the first of several;
 * what is left is nowhere farther from a sample than twice the best that so many samples can do (Gonzalez 1985). Time: `count`
 * times that of one row of distances.
 *
 * @param rowFrom distances of a point from all n; read before the next call
 * @throws OptionError for a number of points that there are not
 */
export function farthestPoints(
  points: number,
  count: number,
  rowFrom: (point: number) => Float64Array,
  first = 0,
): FarthestPoints {
  if (!(Number.isInteger(count) && count >= 1 && count <= points)) {
    throw new OptionError("fps", `expected a whole number of points from 1 to ${points}, got ${count}`);
  }
  const indices = new Int32Array(count);
  const nearest = new Float64Array(points).fill(Infinity); // of each point, the distance from the samples
  const kept: Float64Array[] = [];
  let next = first;
  for (let taken = 0; taken < count; taken++) {
    indices[taken] = next;
    const row = rowFrom(next);
    kept.push(row.slice());
    let far = 0;
    for (let point = 0; point < points; point++) {
      if (row[point] < nearest[point]) nearest[point] = row[point];
      if (nearest[point] > nearest[far]) far = point;
    }
    next = far;
  }
  const distances = new Float64Array(count * count);
  kept.forEach((row, i) => indices.forEach((point, j) => (distances[i * count + j] = row[point])));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const shorter = Math.min(distances[i * count + j], distances[j * count + i]); // paths add up in two orders
      distances[i * count + j] = distances[j * count + i] = shorter;
    }
  }
  return { indices, distances: { shape: [count, count], data: distances } };
}

/** The same along the shortest paths of a connected graph: `count` searches, memory 8 count nodes bytes. Throws OptionError. */
export function farthestOnGraph(graph: Graph, count: number, first = 0): FarthestPoints {
  return farthestPoints(graph.nodes, count, dijkstra(graph), first);
}

/** The same among points [n, d]. Throws InputError or OptionError. */
export function farthestOfPoints(points: NdArray, count: number, kind?: DistanceKind, first = 0): FarthestPoints {
  const rows = distanceRows(points, kind);
  const row = new Float64Array(rows.points);
  const rowFrom = (point: number): Float64Array => {
    rows.fill(point, row);
    return row;
  };
  return farthestPoints(rows.points, count, rowFrom, first);
}
