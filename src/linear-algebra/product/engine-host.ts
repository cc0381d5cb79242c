import type { Entries, MatrixProduct } from "./engine.ts";

/** So many rows of B, of so many columns, stay in the second-level cache while all rows of A pass by. */
const BLOCK_DEPTH = 64;
const BLOCK_COLUMNS = 512;

/** In plain TypeScript: rows of the result are sums of rows of B. */
export function hostProduct(product: MatrixProduct): Float64Array {
  const { rows, columns, inner } = product;
  const a = product.transposeA ? transposed(product.a, inner, rows) : product.a;
  const b = product.transposeB ? transposed(product.b, columns, inner) : product.b;
  const out = new Float64Array(rows * columns);
  for (let left = 0; left < columns; left += BLOCK_COLUMNS) {
    const right = Math.min(columns, left + BLOCK_COLUMNS);
    for (let top = 0; top < inner; top += BLOCK_DEPTH) {
      const bottom = Math.min(inner, top + BLOCK_DEPTH);
      for (let row = 0; row < rows; row++) {
        for (let depth = top; depth < bottom; depth++) {
          const factor = a[row * inner + depth];
          const [from, to] = [depth * columns, row * columns];
          for (let column = left; column < right; column++) out[to + column] += factor * b[from + column];
        }
      }
    }
  }
  return out;
}

/** Of a matrix [rows, columns]. */
function transposed(matrix: Entries, rows: number, columns: number): Entries {
  const out = new (matrix.constructor as Float64ArrayConstructor)(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = matrix[row * columns + column];
  }
  return out;
}
