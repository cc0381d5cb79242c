import * as tf from "@tensorflow/tfjs-core";
import { kernelLimits } from "../limits.ts";
import { growingScratch, type CostBlock, type CostCode, type CostSource } from "./source.ts";

/** C [n, m] less its shift, row by row; read in that order in both directions: no transpose. */
const MATRIX: CostCode = {
  name: "a matrix",
  bindings: 1,
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> matrix: array<f32>;
fn costs(place: Place) -> mat4x4f {
  let outputs = place.output_stride * outputs_of(place);
  let reduced = place.reduced_stride * reduced_of(place);
  return mat4x4f(entries(outputs + reduced.x), entries(outputs + reduced.y), entries(outputs + reduced.z), entries(outputs + reduced.w));
}
fn entries(at: vec4u) -> vec4f {
  return vec4f(matrix[at.x], matrix[at.y], matrix[at.z], matrix[at.w]);
}
`,
};

/** Lanes next to each other read numbers next to each other. */
export const matrixLanes: CostSource["lanes"] = (transposed) =>
  transposed ? { reduced: 8, outputs: 32, isReducedFirst: false } : { reduced: 32, outputs: 8, isReducedFirst: true };

interface Band {
  readonly from: number;
  readonly count: number;
  readonly tensor: tf.Tensor;
}

/** A cost matrix on the device: float32, 4 n m bytes, in bands of rows that one binding holds each. Made at the first use. */
export function matrixSource(cost: Float64Array, [n, m]: readonly [number, number], shift: number): CostSource {
  const { scratch, free } = growingScratch();
  let made: readonly Band[] | undefined;

  function bands(): readonly Band[] {
    const most = Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / (4 * m)));
    return (made ??= Array.from({ length: Math.ceil(n / most) }, (_, band) => {
      const from = band * most;
      const count = Math.min(most, n - from);
      const entries = Float32Array.from(cost.subarray(from * m, (from + count) * m), (entry) => entry - shift);
      return { from, count, tensor: tf.keep(tf.tensor1d(entries)) };
    }));
  }

  return {
    shape: [n, m],
    shift,
    dimension: 0,
    code: MATRIX,
    metric: 0,
    operationsAnAxis: 0,
    blocks: (transposed) =>
      bands().map(({ tensor, from, count }): CostBlock => {
        const [rows, columns] = [
          { from, count },
          { from: 0, count: m },
        ];
        return transposed
          ? { outputs: columns, reduced: rows, buffers: [tensor], strides: [1, m] }
          : { outputs: rows, reduced: columns, buffers: [tensor], strides: [m, 1] };
      }),
    lanes: matrixLanes,
    scratch,
    dispose() {
      free();
      tf.dispose(made?.map(({ tensor }) => tensor) ?? []);
      made = undefined;
    },
  };
}
