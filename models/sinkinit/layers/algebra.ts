/**
 * The operations that our layers are made of. A layer writes its formula once, over any type of value: tensors when it
 * runs, nodes of a graph when it is exported. Values are [batch, columns] unless said otherwise.
 */
export interface Algebra<T> {
  /** A constant matrix [rows, values.length / rows]; made once for each key of a layer. */
  constant(key: string, rows: number, values: () => Float32Array): T;
  add(a: T, b: T | number): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T | number): T;
  div(a: T, b: T): T;
  exp(x: T): T;
  log(x: T): T;
  sqrt(x: T): T;
  relu(x: T): T;
  clip(x: T, least: number, most: number): T;
  /** [.., n, k] x [k, m] */
  matMul(a: T, matrix: T): T;
  /** As in NumPy: one extent may be -1. */
  reshape(x: T, shape: readonly number[]): T;
  /** [count, n, m] -> [count, m, n] */
  swapAxes(x: T): T;
  columns(x: T, begin: number, length: number): T;
  concat(parts: readonly T[]): T;
  /** Over the columns: [batch, 1]. */
  sum(x: T): T;
  mean(x: T): T;
  /** The same, as a constant where gradients are taken. */
  maxWithoutGradient(x: T): T;
}
