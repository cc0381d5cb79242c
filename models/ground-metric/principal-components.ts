import { Matrix } from "ml-matrix";
import { PCA } from "ml-pca";
import { InputError } from "../../src/errors.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";

/**
 * The exponentials of the scores [n, count] along the leading principal components of a matrix [n, m]: few positive features
 * in place of many (ground metric paper, section 6.2). Throws InputError for more components than there are.
 */
export function exponentiatedComponents(
  { data, shape: [rows, columns] }: NdArray<Float64Array>,
  count: number,
): NdArray<Float64Array> {
  const most = Math.min(rows - 1, columns);
  if (count > most)
    throw new InputError(`principal components: at most ${most} of data [${rows}, ${columns}], got ${count}`);
  const matrix = Matrix.from1DArray(rows, columns, data);
  const scores = new PCA(matrix, { method: "NIPALS", nCompNIPALS: count }).predict(matrix, { nComponents: count });
  return ndarray(Float64Array.from(scores.to1DArray(), Math.exp), [rows, count]);
}
