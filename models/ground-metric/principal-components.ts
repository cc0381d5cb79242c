import { Matrix } from "ml-matrix";
import { PCA } from "ml-pca";
import { OptionError } from "../../src/errors.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";

/**
 * The exponentials of the scores [n, count] along the leading principal components of a matrix [n, m]: few positive features
 * in place of many (ground metric paper, section 6.2). Components have no sign of their own, and exp(x) is far from exp(-x): the
 * largest loading is taken as positive, as scikit-learn has it. Throws OptionError for more components than there are.
 */
export function exponentiatedComponents(
  { data, shape: [rows, columns] }: NdArray<Float64Array>,
  count: number,
): NdArray<Float64Array> {
  const most = Math.min(rows - 1, columns);
  if (count > most) {
    throw new OptionError(
      "principalComponents",
      `expected at most ${most} of data [${rows}, ${columns}], got ${count}`,
    );
  }
  const matrix = Matrix.from1DArray(rows, columns, data);
  const analysis = new PCA(matrix, { method: "NIPALS", nCompNIPALS: count });
  const scores = analysis.predict(matrix, { nComponents: count });
  const signs = signsOf(analysis.getEigenvectors()); // [columns, count]
  return ndarray(
    Float64Array.from(scores.to1DArray(), (score, at) => Math.exp(signs[at % count] * score)),
    [rows, count],
  );
}

/** Signs that make the loading of largest absolute value of each component, the first of equals, positive. */
function signsOf(loadings: Matrix): number[] {
  return Array.from({ length: loadings.columns }, (_, component) => {
    const largest = loadings
      .getColumn(component)
      .reduce((found, loading) => (Math.abs(loading) > Math.abs(found) ? loading : found), 0);
    return largest < 0 ? -1 : 1;
  });
}
