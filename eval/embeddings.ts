import { UMAP } from "umap-js";
import { InputError } from "../src/errors.ts";
import { Random } from "../src/tensor/random.ts";
import { ndarray, type NdArray } from "../src/tensor/ndarray.ts";
import { nearest } from "./ground-metric/neighbors.ts";

/** Neighbours that each point is held close to, itself counted. */
const UMAP_NEIGHBORS = 15;
/** Neighbours that t-SNE holds a point close to, in effect; fewer where there are few points. */
const PERPLEXITY = 30;
const TSNE_STEPS = 500;

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

/**
 * t-SNE (van der Maaten & Hinton 2008) of distances [n, n], row-major: points [n, 2] near which the same points are likely to be
 * found. Every step looks at all pairs: seconds for a thousand points. DruidJS is loaded when it is needed first. Throws InputError
 * where a distance is not finite.
 */
export async function tsne(distances: Float64Array, count: number, seed: number): Promise<NdArray<Float64Array>> {
  const { TSNE } = await import("@saehrimnir/druidjs");
  // points are their own numbers, and two columns as in the result: DruidJS keeps its steps in rows of the input's width
  const model = new TSNE(
    Array.from({ length: count }, (_, i) => [i, 0]),
    {
      metric: ([i], [j]) => distances[i * count + j] ** 2,
      perplexity: Math.min(PERPLEXITY, (count - 1) / 3),
      epsilon: Math.max(50, count / 48), // the rate of Belkina et al. 2019, 12 of it being early exaggeration
      d: 2,
      seed,
    },
  );
  const points = Float64Array.from(model.transform(TSNE_STEPS).flat());
  if (!points.every(Number.isFinite)) throw new InputError("t-SNE: expected finite distances, got others");
  return ndarray(points, [count, 2]);
}
