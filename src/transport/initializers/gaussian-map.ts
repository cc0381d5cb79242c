import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Variances below this share of the largest one count as zero: the histogram lies on a line or a point. */
const DEGENERATE = 1e-12;

/** A symmetric matrix of the plane: [xx, xy, yy]. */
export type PlanarMatrix = readonly [xx: number, xy: number, yy: number];

/**
 * The symmetric positive semi-definite S with S from S = to, in the plane: `(to + sqrt(det to / det from) adj from) / sqrt(tr(from to) +
 * 2 sqrt(det from det to))`. Where `from` lies on a line, S acts along that line; on a point, it is zero.
 */
export function planarGaussianMap(from: PlanarMatrix, to: PlanarMatrix): PlanarMatrix {
  const trace = from[0] + from[2];
  if (trace === 0) return [0, 0, 0];
  const along = Math.max(0, from[0] * to[0] + 2 * from[1] * to[1] + from[2] * to[2]); // tr(from to)
  const [detFrom, detTo] = [from, to].map(([xx, xy, yy]) => Math.max(0, xx * yy - xy * xy));
  if (detFrom <= DEGENERATE * trace ** 2) {
    const gain = Math.sqrt(along) / trace ** 2;
    return [gain * from[0], gain * from[1], gain * from[2]];
  }
  const ratio = Math.sqrt(detTo / detFrom);
  const scale = 1 / Math.sqrt(along + 2 * Math.sqrt(detFrom * detTo));
  if (scale === Infinity) return [0, 0, 0]; // `to` is a point
  return [scale * (to[0] + ratio * from[2]), scale * (to[1] - ratio * from[1]), scale * (to[2] + ratio * from[0])];
}

/** The same in any dimension: `from^(-1/2) (from^(1/2) to from^(1/2))^(1/2) from^(-1/2)`. */
export function gaussianMap(from: Matrix, to: Matrix): Matrix {
  const half = spectral(from, Math.sqrt);
  const inverseHalf = spectral(from, (value) => (value > 0 ? 1 / Math.sqrt(value) : 0));
  const middle = spectral(half.mmul(to).mmul(half), Math.sqrt);
  return inverseHalf.mmul(middle).mmul(inverseHalf);
}

/** f of a symmetric positive semi-definite matrix, through its eigenvalues. */
function spectral(matrix: Matrix, f: (eigenvalue: number) => number): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const floor = DEGENERATE * Math.max(...realEigenvalues);
  const values = realEigenvalues.map((value) => f(value > floor ? value : 0));
  return eigenvectorMatrix.mmul(Matrix.diag(values)).mmul(eigenvectorMatrix.transpose());
}
