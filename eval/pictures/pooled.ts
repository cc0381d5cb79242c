import type { NdArray } from "../../src/tensor/ndarray.ts";

/** Rows or columns in an order, cut into blocks. */
export interface Blocks {
  readonly order: readonly number[];
  /** Where in the order each block begins, then its end. */
  readonly bounds: readonly number[];
}

/** An order in at most `most` blocks whose sizes differ by one at most. */
export function blocksOf(order: readonly number[], most: number): Blocks {
  const count = Math.min(order.length, most);
  return { order, bounds: Array.from({ length: count + 1 }, (_, block) => Math.floor((block * order.length) / count)) };
}

/** Means over blocks of rows and of columns: [rows, columns] of blocks, row-major. */
export function pooled({ shape: [, width], data }: NdArray, rows: Blocks, columns: Blocks): NdArray<Float64Array> {
  const [height, breadth] = [rows.bounds.length - 1, columns.bounds.length - 1];
  const blockOf = new Int32Array(columns.order.length);
  eachMember(columns, (column, block) => (blockOf[column] = block));
  const sums = new Float64Array(height * breadth);
  eachMember(rows, (row, block) => {
    for (let column = 0; column < width; column++) {
      sums[block * breadth + blockOf[column]] += data[row * width + column];
    }
  });
  const sizeOf = ({ bounds }: Blocks, block: number): number => bounds[block + 1] - bounds[block];
  const means = sums.map((sum, at) => sum / (sizeOf(rows, Math.floor(at / breadth)) * sizeOf(columns, at % breadth)));
  return { shape: [height, breadth], data: means };
}

function eachMember({ order, bounds }: Blocks, visit: (member: number, block: number) => void): void {
  for (let block = 0; block + 1 < bounds.length; block++) {
    for (let at = bounds[block]; at < bounds[block + 1]; at++) visit(order[at], block);
  }
}
