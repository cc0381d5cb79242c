import { UMAP } from "umap-js";
import { Random } from "../src/tensor/random.ts";
import { ndarray, type NdArray } from "../src/tensor/ndarray.ts";
import { nearest } from "./ground-metric/neighbors.ts";

/** Neighbours that each point is held close to, itself counted. */
const UMAP_NEIGHBORS = 15;

/**
 * UMAP (McInnes, Healy & Melville 2018) of distances [n, n], row-major: points [n, 2] whose neighbourhoods are theirs. Only the
 * nearest neighbours are looked at, so the distances need not be those of a space.
 */
export function umap(distances: Float64Array, count: number, seed: number): NdArray<Float64Array> {
  const nNeighbors = Math.min(UMAP_NEIGHBORS, count - 1);
  const neighbors = Array.from({ length: count }, (_, i) => [i, ...nearest(distances, count, i, nNeighbors - 1)]);
  const random = Random.fromSeed(seed);
  const model = new UMAP({ nNeighbors, random: () => random.uniform() });
  model.setPrecomputedKNN(
    neighbors,
    neighbors.map((row, i) => row.map((j) => distances[i * count + j])),
  );
  const points = model.fit(neighbors.map((_, i) => [i])); // of the data themselves only the number counts
  return ndarray(Float64Array.from(points.flat()), [count, 2]);
}
