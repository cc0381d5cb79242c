/** Numbers of a matrix as they are stored; sums are float64 in either case. */
export type Entries = Float64Array | Float32Array;

/** The product A B of row-major matrices on the host. */
export interface MatrixProduct {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  /** [rows, inner], or [inner, rows] with `transposeA`. */
  readonly a: Entries;
  /** [inner, columns], or [columns, inner] with `transposeB`. */
  readonly b: Entries;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A B [rows, columns] in float64, every entry being the plain sum of its products. One engine a kind of code; `choose.ts` picks. */
export type ProductEngine = (product: MatrixProduct) => Float64Array;
