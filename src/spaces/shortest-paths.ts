import { pause } from "../event-loop.ts";
import { requireMemory } from "../files/memory.ts";
import { rowOf, type NdArray } from "../tensor/ndarray.ts";
import type { Graph } from "./graph.ts";

export interface ShortestPathOptions {
  /** Nodes to start from; one row of the result each. @default all */
  readonly sources?: ArrayLike<number>;
  /** Element type of the result; paths are added up in float64. @default "float64" */
  readonly precision?: "float64" | "float32";
  /** Rejects with its reason once it is aborted. @default none */
  readonly signal?: AbortSignal;
}

/** The event loop is heard after so many milliseconds. */
const PAUSE_MS = 200;

/**
 * Lengths of the shortest paths from each source to all nodes, [sources, nodes], Infinity where there is none: Dijkstra's algorithm,
 * exact. Time O((edges + nodes) log nodes) a source; memory 8 (float32: 4) sources * nodes bytes.
 *
 * @throws InputError where the result does not fit into the memory
 */
export async function shortestPaths(graph: Graph, options: ShortestPathOptions = {}): Promise<NdArray> {
  const { sources, precision = "float64", signal } = options;
  const { nodes } = graph;
  const count = sources?.length ?? nodes;
  const Type = precision === "float64" ? Float64Array : Float32Array;
  requireMemory(count * nodes * Type.BYTES_PER_ELEMENT, "graph", `${count} x ${nodes} distances in ${precision}`);
  const data = new Type(count * nodes);
  const search = dijkstra(graph);
  signal?.throwIfAborted();
  let heard = performance.now();
  for (let row = 0; row < count; row++) {
    rowOf(data, nodes, row).set(search(sources?.[row] ?? row));
    if (performance.now() - heard < PAUSE_MS) continue;
    await pause(signal);
    heard = performance.now();
  }
  return { shape: [count, nodes], data };
}

/**
 * A search that gives the lengths of the shortest paths from one node to all, in an array that the next call overwrites. Nodes wait
 * in a 4-ary heap, whose levels are half as many as a binary one's and whose children lie together.
 */
export function dijkstra({ nodes, starts, neighbors, lengths }: Graph): (source: number) => Float64Array {
  const distances = new Float64Array(nodes);
  const heap = new Int32Array(nodes);
  const places = new Int32Array(nodes); // in the heap; of a node that is not in it, anything
  let waiting = 0;

  const rise = (node: number, from: number): void => {
    const distance = distances[node];
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      const above = heap[parent];
      if (distances[above] <= distance) break;
      heap[place] = above;
      places[above] = place;
      place = parent;
    }
    heap[place] = node;
    places[node] = place;
  };

  const takeNearest = (): number => {
    const nearest = heap[0];
    const node = heap[--waiting];
    const distance = distances[node];
    let place = 0;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= waiting) break;
      let child = first;
      let least = distances[heap[first]];
      const end = Math.min(first + 4, waiting);
      for (let other = first + 1; other < end; other++) {
        const found = distances[heap[other]];
        if (found >= least) continue;
        child = other;
        least = found;
      }
      if (least >= distance) break;
      heap[place] = heap[child];
      places[heap[place]] = place;
      place = child;
    }
    heap[place] = node;
    places[node] = place;
    return nearest;
  };

  return (source) => {
    distances.fill(Infinity);
    distances[source] = 0;
    waiting = 1;
    rise(source, 0);
    while (waiting > 0) {
      const node = takeNearest();
      const distance = distances[node];
      for (let edge = starts[node]; edge < starts[node + 1]; edge++) {
        const other = neighbors[edge];
        const found = distance + lengths[edge];
        if (found >= distances[other]) continue;
        const isNew = distances[other] === Infinity;
        distances[other] = found;
        rise(other, isNew ? waiting++ : places[other]);
      }
    }
    return distances;
  };
}
