import type { MatrixProduct } from "../linear-algebra/product/engine.ts";

/** Of `cpp/glue/glue_matmul.cc`. */
export interface MatmulNatives {
  matmul(problem: MatmulProblem): void;
  /** out [rows, columns] = A B, float64. */
  matmulFloat64(product: MatrixProduct & { readonly out: Float64Array }): void;
}

/** out = activation(A B + bias), float32. */
interface MatmulProblem {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly transposeA: boolean; // A is stored as [inner, rows]
  readonly transposeB: boolean; // B is stored as [columns, inner]
  /** Batch dimensions of the result, and the operands' strides in them, in matrices: 0 where one is broadcast. */
  readonly batch: Int32Array;
  readonly batchStridesA: Int32Array;
  readonly batchStridesB: Int32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly out: Float32Array; // [...batch, rows, columns], written
  readonly bias: Float32Array | undefined; // [columns]
  /** As tfjs numbers them: 0 linear, 1 relu, 2 relu6, 3 prelu, 4 leakyrelu, 5 sigmoid, 6 elu. */
  readonly activation: number;
  readonly slopes: Float32Array | undefined; // [columns], with prelu
  readonly slope: number; // with leakyrelu
}
