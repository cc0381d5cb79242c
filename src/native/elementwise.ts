/** Of `cpp/glue/glue_elementwise.cc`. */
export interface ElementwiseNatives {
  unary(problem: UnaryProblem): void;
  binary(problem: BinaryProblem<Float32Array>): void;
  /** `out` holds a byte an element. */
  compare(problem: BinaryProblem<Uint8Array>): void;
}

interface UnaryProblem {
  /** Index in the enumeration of `cpp/tensors/elementwise.h`; so below. */
  readonly op: number;
  readonly count: number;
  readonly x: Float32Array; // [count]
  readonly out: Float32Array; // [count], written
}

interface BinaryProblem<Out> {
  readonly op: number;
  /** Of the result, and the operands' strides in elements: 0 where one is broadcast. */
  readonly sizes: Int32Array;
  readonly stridesA: Int32Array;
  readonly stridesB: Int32Array;
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly out: Out; // [...sizes], written
}
