/** A matrix product's sizes: A [...batchA, rows, inner] and B [...batchB, inner, columns] before transposition. */
export interface ProductShape {
  readonly batchA: readonly number[];
  readonly batchB: readonly number[];
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export function shapeOfA({ batchA, rows, inner, transposeA }: ProductShape): number[] {
  return [...batchA, ...(transposeA ? [inner, rows] : [rows, inner])];
}

export function shapeOfB({ batchB, inner, columns, transposeB }: ProductShape): number[] {
  return [...batchB, ...(transposeB ? [columns, inner] : [inner, columns])];
}

/** Numbers in [-1, 1), the same in every process. */
export function irregular(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (((i + 1) * 0.6180339887 + seed * 0.377) % 1) * 2 - 1);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The product in float64, batch dimensions broadcast as NumPy does. */
export function referenceProduct(shape: ProductShape, a: Float32Array, b: Float32Array): Float64Array {
  const { rows, inner, columns, transposeA, transposeB } = shape;
  const rank = Math.max(shape.batchA.length, shape.batchB.length);
  const batchA = [...new Array<number>(rank - shape.batchA.length).fill(1), ...shape.batchA];
  const batchB = [...new Array<number>(rank - shape.batchB.length).fill(1), ...shape.batchB];
  const batch = batchA.map((size, d) => (size === 1 ? batchB[d] : size));
  const matrixOf = (index: readonly number[], own: readonly number[]) =>
    own.reduce((flat, size, d) => flat * size + (size === 1 ? 0 : index[d]), 0);
  const out = new Float64Array(sizeOf(batch) * rows * columns);
  for (let element = 0; element < sizeOf(batch); element++) {
    let rest = element;
    const index = new Array<number>(rank);
    for (let d = rank - 1; d >= 0; d--) {
      index[d] = rest % batch[d];
      rest = Math.floor(rest / batch[d]);
    }
    const startA = matrixOf(index, batchA) * rows * inner;
    const startB = matrixOf(index, batchB) * inner * columns;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let p = 0; p < inner; p++) {
          sum +=
            a[startA + (transposeA ? p * rows + i : i * inner + p)] *
            b[startB + (transposeB ? j * inner + p : p * columns + j)];
        }
        out[(element * rows + i) * columns + j] = sum;
      }
    }
  }
  return out;
}
