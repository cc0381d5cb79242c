import { Matrix } from "ml-matrix";
import { ndarray, rowsOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { leadingEigenvectors } from "./leading-eigenvectors.ts";
import { samplesOf } from "./linear-dictionary.ts";
import { squaredDistances } from "./squared-distances.ts";

/**
 * Kernel PCA with a Gaussian kernel exp(-|x - y|^2 / N) (Scholkopf, Smola & Muller 1998; gamma = 1 / N as in scikit-learn):
 * coordinates [M, k] along the leading eigenvectors of the centred kernel matrix.
 *
 * @param data [M, ...] one sample a row
 * @throws InputError on a shape without a sample axis, entries that are not finite, or k < 1
 */
export function kernelPca(data: NdArray, components: number): NdArray<Float64Array> {
  const { count, size, values } = samplesOf("kernel pca", data, components, 1);
  const kernel = squaredDistances(rowsOf(values, size)).map((squared) => Math.exp(-squared / size));
  const means = Float64Array.from({ length: count }, (_, row) => mean(kernel.subarray(row * count, (row + 1) * count)));
  const total = mean(means);
  const centred = kernel.map((value, k) => value - means[Math.floor(k / count)] - means[k % count] + total);
  const kept = Math.min(count, components);
  const { values: eigenvalues, vectors } = leadingEigenvectors(Matrix.from1DArray(count, count, centred), kept);
  const coordinates = new Float64Array(count * kept);
  for (let component = 0; component < kept; component++) {
    const scale = Math.sqrt(Math.max(0, eigenvalues[component]));
    for (let row = 0; row < count; row++) coordinates[row * kept + component] = scale * vectors[component][row];
  }
  return ndarray(coordinates, [count, kept]);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
