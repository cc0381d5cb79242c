/** Of `cpp/glue/glue_batch_norm.cc`: the formulas are in `cpp/tensors/batch_norm.h`. */
export interface BatchNormNatives {
  /** y from the mean and variance that are given. */
  batchNorm(heap: Uint8Array, problem: BatchNormProblem<"beta" | "y">): void;
  /** Mean and variance, and y from them. */
  trainingBatchNorm(heap: Uint8Array, problem: BatchNormProblem<"beta" | "y">): void;
  trainingBatchNormGradient(heap: Uint8Array, problem: BatchNormProblem<"dy" | "dx" | "dgamma" | "dbeta">): void;
}

/** x [rows, columns] with neither 0. Tensors are byte offsets in the heap; x, y, dx, dy are matrices, the others rows. */
type BatchNormProblem<More extends string> = Readonly<
  Record<"rows" | "columns" | "epsilon" | "x" | "gamma" | "mean" | "variance" | More, number>
>;
