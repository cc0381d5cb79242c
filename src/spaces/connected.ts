import { InputError } from "../errors.ts";
import type { DistanceRows } from "./distances.ts";
import { componentsOf, graphOfEdges, type Edges, type Graph } from "./graph.ts";

export interface ConnectedOptions {
  /** What is done with parts that no edge joins: join them by the shortest edges, or refuse. @default "join" */
  readonly disconnected?: "join" | "refuse";
  /** What messages call the points. @default "points" */
  readonly name?: string;
}

/** A connected graph and what was done to get it, one line a warning. */
export interface ConnectedGraph {
  readonly graph: Graph;
  readonly warnings: readonly string[];
}

/**
 * The graph of edges between points. Parts that are not connected are joined by the shortest edges that do it (a minimum spanning
 * tree of the parts), and a warning says so. Time O(n^2) distances, where there is something to join.
 *
 * @param what what messages call the graph: "the graph of 10 nearest neighbours"
 * @param lengthOf the length of a joining edge by its distance
 * @throws InputError where parts are to be refused
 */
export function connectedGraph(
  edges: Edges,
  rows: DistanceRows,
  what: string,
  { disconnected = "join", name = "points" }: ConnectedOptions = {},
  lengthOf = (distance: number): number => distance,
): ConnectedGraph {
  const graph = graphOfEdges(rows.points, edges);
  const { of, count } = componentsOf(graph);
  if (count === 1) return { graph, warnings: [] };
  if (disconnected === "refuse") {
    throw new InputError(
      `${name}: ${what} has ${count} parts that nothing joins; expected one, or that they be joined`,
    );
  }
  const joints = shortestJoints(rows, of, count);
  const lengths = joints.lengths.map(lengthOf);
  return {
    graph: graphOfEdges(rows.points, concatenated(edges, { ...joints, lengths })),
    warnings: [
      `${name}: ${what} had ${count} parts, now joined by their shortest edges; distances between parts are guesses`,
    ],
  };
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

/** The edges of a minimum spanning tree of the parts, two of which are as far apart as their nearest points (Kruskal). */
function shortestJoints(rows: DistanceRows, part: Int32Array, parts: number) {
  const nearest = nearestOfParts(rows, part, parts).sort((a, b) => a.length - b.length);
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
