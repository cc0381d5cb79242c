import { Matrix } from "ml-matrix";
import { PCA } from "ml-pca";
import { addScaled, dot, rowProducts } from "./linear-dictionary.ts";

/** The leading singular triplets of a matrix [M, N], largest first. */
export interface SingularTriplets {
  /** k values, positive. */
  readonly values: number[];
  /** k unit vectors of length M. */
  readonly left: Float64Array[];
  /** k unit vectors of length N, each with its largest entry positive, so that the sign is not a matter of chance. */
  readonly right: Float64Array[];
}

/**
 * The k leading singular triplets, fewer where the rank is lower: from the eigenvectors of `X X^T` [M, M], or of `X^T X`
 * where N is smaller (Sirovich & Kirby 1987). Twenty images of 50176 pixels need an eigenproblem of size 20. Singular
 * values below about 1e-7 of the largest are lost in rounding and count as rank deficiency.
 */
export function singularTriplets(rows: readonly Float64Array[], components: number): SingularTriplets {
  if (rows.length <= rows[0].length) return fromShortSide(rows, components);
  const { values, left, right } = fromShortSide(transpose(rows), components);
  return { values, ...withPositivePeak(right, left) };
}

/** For M <= N: `left` are eigenvectors of `X X^T`, `right = X^T left / value`. */
function fromShortSide(rows: readonly Float64Array[], components: number): SingularTriplets {
  const gram = new Matrix(rowProducts(rows, rows).map((row) => Array.from(row)));
  const eigen = new PCA(gram, { isCovarianceMatrix: true });
  const squares = eigen.getEigenvalues();
  const vectors = eigen.getEigenvectors();
  const negligible = rows.length * 16 * Number.EPSILON * squares[0];
  const rank = squares.filter((square) => square > negligible).length;
  const values = squares.slice(0, Math.min(components, rank)).map(Math.sqrt);
  const left = values.map((_, index) => Float64Array.from(vectors.getColumn(index)));
  const right = left.map((vector) => {
    const product = new Float64Array(rows[0].length);
    rows.forEach((row, index) => addScaled(product, vector[index], row));
    const norm = Math.sqrt(dot(product, product));
    return product.map((value) => value / norm);
  });
  return { values, ...withPositivePeak(left, right) };
}

function withPositivePeak(left: Float64Array[], right: Float64Array[]): Pick<SingularTriplets, "left" | "right"> {
  const signs = right.map((vector) =>
    Math.sign(vector.reduce((peak, value) => (Math.abs(value) > Math.abs(peak) ? value : peak))),
  );
  const signed = (vectors: Float64Array[]) => vectors.map((vector, r) => vector.map((value) => value * signs[r]));
  return { left: signed(left), right: signed(right) };
}

function transpose(rows: readonly Float64Array[]): Float64Array[] {
  return Array.from({ length: rows[0].length }, (_, column) => Float64Array.from(rows, (row) => row[column]));
}
