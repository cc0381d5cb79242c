import { InputError, OptionError } from "../errors.ts";
import { componentsOf, graphOfEdges, type Edges, type Graph } from "./graph.ts";
import type { DistanceRows } from "./distances.ts";

export interface NeighborGraphOptions {
  /** Neighbours of a point, itself not counted. @default 10 */
  readonly neighbors?: number;
  /** Length of an edge: the distance, or 1 (so that paths count steps, as Demetci et al. 2022 do). @default "distance" */
  readonly edges?: "distance" | "connectivity";
  /** What is done with parts that no edge joins: join them by the shortest edge, or refuse. @default "join" */
  readonly disconnected?: "join" | "refuse";
}

/** A connected graph and what was done to get it, one line a warning. */
export interface NeighborGraph {
  readonly graph: Graph;
  readonly warnings: readonly string[];
}

/**
 * The graph that joins each point with its nearest neighbours, symmetric by union: two points are joined where one of them is
 * among the neighbours of the other. Parts that are not connected are joined by the shortest edges that do it, each between two
 * parts, and a warning says so. Time O(n^2) distances, once more where parts are joined; memory 24 n neighbours bytes.
 *
 * @param name what messages call the points
 * @throws OptionError for a number of neighbours that does not fit; InputError where the graph is refused
 */
export function neighborGraph(rows: DistanceRows, options: NeighborGraphOptions = {}, name = "points"): NeighborGraph {
  const { neighbors = 10, edges: kind = "distance", disconnected = "join" } = options;
  const { points } = rows;
  if (!(Number.isInteger(neighbors) && neighbors >= 1 && neighbors < points)) {
    throw new OptionError(
      "neighbors",
      `expected a whole number from 1 to ${points - 1} (there are ${points} points), got ${neighbors}`,
    );
  }
  const edges = nearestNeighbors(rows, neighbors);
  const graph = graphOfEdges(points, withLengths(edges, kind));
  const parts = componentsOf(graph);
  if (parts.count === 1) return { graph, warnings: [] };
  if (disconnected === "refuse") {
    throw new InputError(
      `${name}: the graph of ${neighbors} nearest neighbours has ${parts.count} parts that nothing joins; take more neighbours, ` +
        "or have the parts joined",
    );
  }
  const joints = shortestJoints(rows, parts.of, parts.count);
  return {
    graph: graphOfEdges(points, withLengths(concatenated(edges, joints), kind)),
    warnings: [
      `${name}: the graph of ${neighbors} nearest neighbours had ${parts.count} parts, now joined by their shortest edges; ` +
        "distances between them are guesses",
    ],
  };
}

function withLengths(edges: Edges, kind: "distance" | "connectivity"): Edges {
  return kind === "distance" ? edges : { ...edges, lengths: new Float64Array(edges.from.length).fill(1) };
}

function concatenated(first: Edges, second: Edges): Edges {
  const join = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array => {
    const joined = new Float64Array(a.length + b.length);
    joined.set(a);
    joined.set(b, a.length);
    return joined;
  };
  return {
    from: join(first.from, second.from),
    to: join(first.to, second.to),
    lengths: join(first.lengths, second.lengths),
  };
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

/**
 * The shortest edges that make one part of all: a minimum spanning tree of the parts, two of which are as far from each other as
 * their nearest points (Kruskal).
 */
function shortestJoints(rows: DistanceRows, part: Int32Array, parts: number): Edges {
  const nearest = nearestOfParts(rows, part, parts);
  nearest.sort((a, b) => a.length - b.length);
  const root = Int32Array.from({ length: parts }, (_, index) => index);
  const rootOf = (index: number): number => {
    while (root[index] !== index) index = root[index] = root[root[index]];
    return index;
  };
  const joints = nearest.filter(({ from, to }) => {
    const [first, second] = [rootOf(part[from]), rootOf(part[to])];
    if (first === second) return false;
    root[first] = second;
    return true;
  });
  return {
    from: joints.map(({ from }) => from),
    to: joints.map(({ to }) => to),
    lengths: joints.map(({ length }) => length),
  };
}

interface Joint {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

/** The shortest edge between each two parts. */
function nearestOfParts(rows: DistanceRows, part: Int32Array, parts: number): Joint[] {
  const best = new Map<number, Joint>();
  const row = new Float64Array(rows.points);
  for (let from = 0; from < rows.points; from++) {
    rows.fill(from, row, from);
    for (let to = from + 1; to < rows.points; to++) {
      if (part[from] === part[to]) continue;
      const pair = Math.min(part[from], part[to]) * parts + Math.max(part[from], part[to]);
      const known = best.get(pair);
      if (known === undefined || row[to] < known.length) best.set(pair, { from, to, length: row[to] });
    }
  }
  return [...best.values()];
}
