import { chooseProduct } from "./choose.ts";
import type { Entries } from "./engine.ts";

export interface ProductOptions {
  /** A is stored as [inner, rows]. @default false */
  readonly transposeA?: boolean;
  /** B is stored as [columns, inner]. @default false */
  readonly transposeB?: boolean;
}

/**
 * A B [rows, columns] in float64, of row-major matrices A [rows, inner] and B [inner, columns] in float64 or float32. Sizes are
 * the caller's to check.
 */
export function matrixProduct(
  a: Entries,
  b: Entries,
  [rows, inner, columns]: readonly [rows: number, inner: number, columns: number],
  { transposeA = false, transposeB = false }: ProductOptions = {},
): Float64Array {
  return chooseProduct()({ rows, columns, inner, a, b, transposeA, transposeB });
}
