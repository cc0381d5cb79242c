import { OptionError } from "../errors.ts";
import { connectedGraph, type ConnectedGraph, type ConnectedOptions } from "./connected.ts";
import type { DistanceRows } from "./distances.ts";
import type { Edges } from "./graph.ts";

export interface NeighborGraphOptions extends ConnectedOptions {
  /** Neighbours of a point, itself not counted. @default 10 */
  readonly neighbors?: number;
  /** Length of an edge: the distance, or 1 (so that paths count steps, as in Demetci et al. 2022). @default "distance" */
  readonly edges?: "distance" | "connectivity";
}

/**
 * The graph that joins each point with its nearest neighbours, symmetric by union: two points are joined where one of them is
 * among the neighbours of the other; connected, as `connectedGraph` does it. Time O(n^2) distances; memory 24 n neighbours bytes.
 *
 * @throws OptionError for a number of neighbours that does not fit; InputError where parts are refused
 */
export function neighborGraph(rows: DistanceRows, options: NeighborGraphOptions = {}): ConnectedGraph {
  const { neighbors = 10, edges: kind = "distance" } = options;
  const { points } = rows;
  if (!(Number.isInteger(neighbors) && neighbors >= 1 && neighbors < points)) {
    throw new OptionError(
      "neighbors",
      `expected a whole number from 1 to ${points - 1} (there are ${points} points), got ${neighbors}`,
    );
  }
  const edges = nearestNeighbors(rows, neighbors);
  const what = `the graph of ${neighbors} nearest neighbours`;
  if (kind === "distance") return connectedGraph(edges, rows, what, options);
  const steps = { ...edges, lengths: new Float64Array(edges.from.length).fill(1) };
  return connectedGraph(steps, rows, what, options, () => 1);
}

/** n * neighbors edges, from each point to its nearest others; of points equally far, the first. */
function nearestNeighbors(rows: DistanceRows, neighbors: number): Edges {
  const { points } = rows;
  const from = new Int32Array(points * neighbors);
  const to = new Int32Array(points * neighbors);
  const lengths = new Float64Array(points * neighbors);
  const row = new Float64Array(points);
  for (let point = 0; point < points; point++) {
    rows.fill(point, row);
    const start = point * neighbors;
    let held = 0;
    for (let other = 0; other < points; other++) {
      const distance = row[other];
      if (other === point || (held === neighbors && distance >= lengths[start + held - 1])) continue;
      if (held < neighbors) held++;
      let place = start + held - 1; // an insertion sort: few of n points come this far
      for (; place > start && lengths[place - 1] > distance; place--) {
        lengths[place] = lengths[place - 1];
        to[place] = to[place - 1];
      }
      lengths[place] = distance;
      to[place] = other;
    }
    from.fill(point, start, start + neighbors);
  }
  return { from, to, lengths };
}
