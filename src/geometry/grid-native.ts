import { nativeStatus } from "../native/loader.ts";
import { sizeOf } from "../tensor/ndarray.ts";
import type { GridGeometry, HostKernel, HostKernelOptions } from "./geometry.ts";
import { EXPONENT_RANGE, gridHostKernel } from "./grid-host.ts";

/** From this many points on, vector arithmetic is worth a call of the addon. */
const NATIVE_POINTS = 256;

/**
 * `gridHostKernel` with K x and log(K exp(x)) by the native addon, where it is there and the grid is not small: the same results up
 * to rounding, and the same bits for any number of threads.
 */
export function nativeGridKernel(
  geometry: Pick<GridGeometry, "size" | "spacing" | "maxCost">,
  epsilon: number,
  options: HostKernelOptions = {},
): HostKernel {
  const plain = gridHostKernel(geometry, epsilon, options);
  const { size, spacing } = geometry;
  const { addon } = sizeOf(size) >= NATIVE_POINTS ? nativeStatus() : {};
  if (!addon) return plain;
  const exponents = size.map((extent, axis) =>
    Float64Array.from({ length: extent }, (_, steps) => -((steps * spacing[axis]) ** 2) / epsilon),
  );
  const range = EXPONENT_RANGE[options.precision ?? "float64"];
  const taps = exponents.map((ofAxis) => ofAxis.map((exponent) => (exponent > -range ? Math.exp(exponent) : 0)));
  const scalings = {
    size: Int32Array.from(size),
    radius: Int32Array.from(taps, (ofAxis) => ofAxis.findLastIndex((tap) => tap > 0)),
    taps: stacked(taps),
    logTaps: undefined,
  };
  const logarithms = {
    size: Int32Array.from(size),
    radius: Int32Array.from(size, (extent) => extent - 1),
    taps: stacked(exponents).map(Math.exp),
    logTaps: stacked(exponents),
  };
  const operator =
    (operation: typeof scalings | typeof logarithms) =>
    (x: Float64Array, out: Float64Array): Float64Array => {
      addon.applyGrid({ ...operation, x, out });
      return out;
    };
  const [apply, logApply] = [operator(scalings), operator(logarithms)];
  return { ...plain, apply, applyTranspose: apply, logApply, logApplyTranspose: logApply };
}

/** One after the other. */
function stacked(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
