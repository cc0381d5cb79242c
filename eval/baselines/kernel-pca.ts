import { Matrix, simultaneous_poweriteration as leadingEigenvectors } from "@saehrimnir/druidjs";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { rowsOf, samplesOf } from "./linear-dictionary.ts";
import { squaredDistances } from "./squared-distances.ts";

/** Eigenvectors beyond those that are asked for: they make the asked ones converge. */
const OVERSAMPLING = 10;

/**
 * Kernel PCA with a Gaussian kernel exp(-|x - y|^2 / N) (Scholkopf, Smola & Muller 1998; gamma = 1 / N as in scikit-learn):
 * coordinates [M, k] along the leading eigenvectors of the centred kernel matrix, by simultaneous power iterations.
 *
 * @param data [M, ...] one sample a row
 * @throws InputError on a shape without a sample axis, entries that are not finite, or k < 1
 */
export function kernelPca(data: NdArray, components: number): NdArray<Float64Array> {
  const { count, size, values } = samplesOf("kernel pca", data, components, 1);
  const kernel = squaredDistances(rowsOf(values, count)).map((squared) => Math.exp(-squared / size));
  const means = Float64Array.from({ length: count }, (_, row) => mean(kernel.subarray(row * count, (row + 1) * count)));
  const total = mean(means);
  const centred = new Matrix(count, count, (i, j) => kernel[i * count + j] - means[i] - means[j] + total);
  const wanted = Math.min(count, components + OVERSAMPLING);
  const { eigenvalues, eigenvectors } = leadingEigenvectors(centred, wanted, { max_iterations: 300 });
  const kept = Math.min(count, components);
  const coordinates = new Float64Array(count * kept);
  for (let component = 0; component < kept; component++) {
    const scale = Math.sqrt(Math.max(0, eigenvalues[component]));
    for (let row = 0; row < count; row++) coordinates[row * kept + component] = scale * eigenvectors[component][row];
  }
  return ndarray(coordinates, [count, kept]);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
