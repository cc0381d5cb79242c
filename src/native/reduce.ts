/** Of `cpp/glue/glue_reduce.cc`. */
export interface ReduceNatives {
  /** [outer, length, inner] becomes [outer, inner]; byte offsets in `heap`, the memory of tfjs' wasm backend. */
  reduce(heap: Uint8Array, problem: ReduceProblem): void;
}

/** No size is 0. */
interface ReduceProblem {
  /** Index in the enumeration of `cpp/tensors/reduce.h`. */
  readonly op: number;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly x: number;
  readonly out: number;
}
