/** Of `cpp/glue/glue_reduce.cc`. */
export interface ReduceNatives {
  /** [outer, length, inner] becomes [outer, inner]. */
  reduce(problem: ReduceProblem): void;
}

/** No size is 0. */
interface ReduceProblem {
  /** Index in the enumeration of `cpp/tensors/reduce.h`. */
  readonly op: number;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly x: Float32Array; // [outer, length, inner]
  readonly out: Float32Array; // [outer, inner], written
}
