/** Of `cpp/glue/glue_elementwise.cc`: float32 tensors as byte offsets in `heap`, the memory of tfjs' wasm backend. */
export interface ElementwiseNatives {
  unary(heap: Uint8Array, problem: UnaryProblem): void;
  binary(heap: Uint8Array, problem: BinaryProblem): void;
  /** `out` holds a byte an element. */
  compare(heap: Uint8Array, problem: BinaryProblem): void;
}

interface UnaryProblem {
  /** Index in the enumeration of `cpp/tensors/elementwise.h`; so below. */
  readonly op: number;
  readonly count: number;
  readonly x: number;
  readonly out: number;
}

interface BinaryProblem {
  readonly op: number;
  /** Of the result, and the operands' strides in elements: 0 where one is broadcast. */
  readonly sizes: Int32Array;
  readonly stridesA: Int32Array;
  readonly stridesB: Int32Array;
  readonly a: number;
  readonly b: number;
  readonly out: number;
}
