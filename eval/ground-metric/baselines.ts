import { rowOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { kernelPca } from "../baselines/kernel-pca.ts";
import { pca } from "../baselines/pca.ts";
import { squaredDistances } from "../baselines/squared-distances.ts";

/** Components of the embeddings that learned distances are compared with; ten are usual for cells. */
const COMPONENTS = 10;

/** Distances of points [n, m] that nobody had to learn, by name: what a learned metric has to beat. */
export const baselineDistances: Readonly<Record<string, (points: NdArray<Float64Array>) => Float64Array>> = {
  euclidean: euclidean,
  pca: (points) => euclidean(pca(points, Math.min(COMPONENTS, ...points.shape)).coefficients),
  kernelPca: (points) => euclidean(kernelPca(points, COMPONENTS)),
};

function euclidean({ shape: [count, size], data }: NdArray<Float64Array>): Float64Array {
  const rows = Array.from({ length: count }, (_, row) => rowOf(data, size, row)); // also where equal samples leave no components
  return squaredDistances(rows).map(Math.sqrt);
}
