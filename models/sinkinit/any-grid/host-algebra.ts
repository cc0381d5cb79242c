import { sizeOf } from "../../../src/tensor/ndarray.ts";
import type { Algebra } from "../layers/algebra.ts";

/** A value of the host algebra, float64 and row-major. */
export interface HostValue {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** Layers as operations on arrays of the host, in float64: where there are neither native kernels nor tensors. */
export const hostAlgebra: Algebra<HostValue> = {
  constant: (_, rows, values) => {
    const data = Float64Array.from(values());
    return { shape: [rows, data.length / rows], data };
  },
  add: (a, b) => pairwise(a, b, (x, y) => x + y),
  sub: (a, b) => pairwise(a, b, (x, y) => x - y),
  mul: (a, b) => pairwise(a, b, (x, y) => x * y),
  div: (a, b) => pairwise(a, b, (x, y) => x / y),
  exp: (x) => mapped(x, Math.exp),
  log: (x) => mapped(x, Math.log),
  sqrt: (x) => mapped(x, Math.sqrt),
  relu: (x) => mapped(x, (value) => Math.max(value, 0)),
  clip: (x, least, most) => mapped(x, (value) => Math.min(Math.max(value, least), most)),
  matMul,
  reshape({ shape, data }, to) {
    const known = to.reduce((product, extent) => (extent === -1 ? product : product * extent), 1);
    return { shape: to.map((extent) => (extent === -1 ? sizeOf(shape) / known : extent)), data };
  },
  swapAxes,
  columns({ shape: [rows, width], data }, begin, length) {
    const out = new Float64Array(rows * length);
    for (let row = 0; row < rows; row++) {
      out.set(data.subarray(row * width + begin, row * width + begin + length), row * length);
    }
    return { shape: [rows, length], data: out };
  },
  concat(parts) {
    const rows = Math.max(...parts.map(({ shape }) => shape[0]));
    const width = parts.reduce((sum, { shape }) => sum + shape[1], 0);
    const out = new Float64Array(rows * width);
    for (let row = 0; row < rows; row++) {
      let at = row * width;
      for (const { shape, data } of parts) {
        out.set(data.subarray(row * shape[1], (row + 1) * shape[1]), at);
        at += shape[1];
      }
    }
    return { shape: [rows, width], data: out };
  },
  sum: (x) => byRow(x, (row) => row.reduce((sum, value) => sum + value, 0)),
  mean: (x) => byRow(x, (row) => row.reduce((sum, value) => sum + value, 0) / row.length),
  maxWithoutGradient: (x) => byRow(x, (row) => row.reduce((most, value) => Math.max(most, value), -Infinity)),
};

function mapped({ shape, data }: HostValue, f: (value: number) => number): HostValue {
  return { shape, data: data.map(f) };
}

/** Matrices [rows, columns], of which either may have one row or one column for all. */
function pairwise(a: HostValue, b: HostValue | number, f: (x: number, y: number) => number): HostValue {
  if (typeof b === "number") return mapped(a, (value) => f(value, b));
  const rows = Math.max(a.shape[0], b.shape[0]);
  const columns = Math.max(a.shape[1], b.shape[1]);
  const [stepsA, stepsB] = [a, b].map(({ shape }) => [shape[0] === 1 ? 0 : shape[1], shape[1] === 1 ? 0 : 1]);
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = a.data[row * stepsA[0] + column * stepsA[1]];
      const y = b.data[row * stepsB[0] + column * stepsB[1]];
      out[row * columns + column] = f(x, y);
    }
  }
  return { shape: [rows, columns], data: out };
}

function matMul(a: HostValue, { shape: [inner, columns], data }: HostValue): HostValue {
  const rows = a.data.length / inner;
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const target = out.subarray(row * columns, (row + 1) * columns);
    for (let k = 0; k < inner; k++) {
      const factor = a.data[row * inner + k];
      if (factor === 0) continue;
      for (let column = 0; column < columns; column++) target[column] += factor * data[k * columns + column];
    }
  }
  return { shape: [...a.shape.slice(0, -1), columns], data: out };
}

function swapAxes({ shape: [count, n, m], data }: HostValue): HostValue {
  const out = new Float64Array(data.length);
  for (let image = 0; image < count; image++) {
    const start = image * n * m;
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < m; column++) out[start + column * n + row] = data[start + row * m + column];
    }
  }
  return { shape: [count, m, n], data: out };
}

function byRow({ shape, data }: HostValue, f: (row: Float64Array) => number): HostValue {
  const [rows, columns] = shape;
  const value = (_: unknown, row: number): number => f(data.subarray(row * columns, (row + 1) * columns));
  return { shape: [rows, 1], data: Float64Array.from({ length: rows }, value) };
}
