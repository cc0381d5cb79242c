import { rowsOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { addScaled, combine, dot, rowProducts } from "./linear-dictionary.ts";
import { nonnegativeLeastSquares } from "./nnls.ts";

/** A linear dictionary as it was fitted, for data that it has not seen. Rows are samples or components [N]. */
export interface FittedDictionary {
  /** Coefficients of some samples: [m, N] -> m times [k]. */
  encode(samples: Float64Array): Float64Array[];
  /** What they stand for: m times [k] -> [m, N]. */
  decode(coefficients: readonly Float64Array[]): Float64Array;
}

/** Principal components: samples are projected orthogonally on the mean plus the span of the components, unit vectors. */
export function fittedPca(mean: Float64Array, components: readonly Float64Array[]): FittedDictionary {
  const offsets = components.map((component) => dot(component, mean));
  return {
    encode: (samples) =>
      rowProducts(rowsOf(samples, mean.length), components).map((row) => row.map((value, r) => value - offsets[r])),
    decode(coefficients) {
      const samples = combine(coefficients, components, mean.length);
      for (const row of rowsOf(samples, mean.length)) addScaled(row, 1, mean);
      return samples;
    },
  };
}

/** Nonnegative components: samples are projected on their cone, by nonnegative least squares. */
export function fittedNmf(components: readonly Float64Array[]): FittedDictionary {
  const [{ length: size }] = components;
  const gram = rowProducts(components, components);
  return {
    encode: (samples) =>
      rowsOf(samples, size).map((sample) => {
        const [cross] = rowProducts([sample], components);
        return nonnegativeLeastSquares(gram, cross, dot(sample, sample));
      }),
    decode: (coefficients) => combine(coefficients, components, size),
  };
}

/** The components [k, ...] of a dictionary as rows [N]. */
export function componentRows({ shape: [count], data }: NdArray, size: number): Float64Array[] {
  return count === 0 ? [] : rowsOf(Float64Array.from(data), size);
}
