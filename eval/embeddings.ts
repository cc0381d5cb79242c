import { Matrix, TSNE, UMAP } from "@saehrimnir/druidjs";
import { ndarray, type NdArray } from "../src/tensor/ndarray.ts";

/** A picture of distances: points [n, 2] whose neighbourhoods are those of distances [n, n], row-major. */
export type Embedding = (distances: Float64Array, count: number, seed: number) => NdArray<Float64Array>;

/** Neighbours that each point is held close to. */
const UMAP_NEIGHBORS = 15;
/** Effective number of neighbours; a third of the points where these are few. */
const TSNE_PERPLEXITY = 30;

/** UMAP (McInnes, Healy & Melville 2018) of given distances. */
export const umap: Embedding = (distances, count, seed) => {
  const neighbors = Math.min(UMAP_NEIGHBORS, count - 1);
  const parameters = { metric: "precomputed", n_neighbors: neighbors, local_connectivity: 1, seed } as const;
  return embedded(new UMAP(rowsOf(distances, count), parameters).transform(), count);
};

/** t-SNE (van der Maaten & Hinton 2008) of given distances. */
export const tsne: Embedding = (distances, count, seed) => {
  const perplexity = Math.min(TSNE_PERPLEXITY, (count - 1) / 3);
  const squared = distances.map((distance) => distance * distance); // what the library takes a given matrix for
  return embedded(new TSNE(rowsOf(squared, count), { metric: "precomputed", perplexity, seed }).transform(), count);
};

function rowsOf(distances: Float64Array, count: number): Matrix {
  return new Matrix(count, count, (i, j) => distances[i * count + j]);
}

function embedded(points: unknown, count: number): NdArray<Float64Array> {
  const matrix = points as Matrix;
  return ndarray(Float64Array.from(matrix.values), [count, 2]);
}
