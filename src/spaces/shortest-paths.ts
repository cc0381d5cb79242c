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
 * in a 4-ary heap, whose levels are half as many as a binary one's and whose children lie together; their distances lie in it too,
 * so that a comparison reads no other place.
 */
export function dijkstra({ nodes, starts, neighbors, lengths }: Graph): (source: number) => Float64Array {
  const distances = new Float64Array(nodes);
  const heap = new Int32Array(nodes);
  const keys = new Float64Array(nodes); // the distances of the nodes in the heap
  const places = new Int32Array(nodes); // in the heap; of a node that is not in it, anything
  let waiting = 0;

  const put = (node: number, distance: number, place: number): void => {
    heap[place] = node;
    keys[place] = distance;
    places[node] = place;
  };

  const rise = (node: number, distance: number, from: number): void => {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 2;
      if (keys[parent] <= distance) break;
      put(heap[parent], keys[parent], place);
      place = parent;
    }
    put(node, distance, place);
  };

  const takeNearest = (): number => {
    const nearest = heap[0];
    const distance = keys[--waiting];
    let place = 0;
    for (;;) {
      const first = 4 * place + 1;
      if (first >= waiting) break;
      let child = first;
      const end = Math.min(first + 4, waiting);
      for (let other = first + 1; other < end; other++) if (keys[other] < keys[child]) child = other;
      if (keys[child] >= distance) break;
      put(heap[child], keys[child], place);
      place = child;
    }
    put(heap[waiting], distance, place);
    return nearest;
  };

  return (source) => {
    distances.fill(Infinity);
    distances[source] = 0;
    waiting = 1;
    put(source, 0, 0);
    while (waiting > 0) {
      const node = takeNearest();
      const distance = distances[node];
      for (let edge = starts[node]; edge < starts[node + 1]; edge++) {
        const other = neighbors[edge];
        const found = distance + lengths[edge];
        const known = distances[other];
        if (found >= known) continue;
        distances[other] = found;
        rise(other, found, known === Infinity ? waiting++ : places[other]);
      }
    }
    return distances;
  };
}
