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
  const { addon } = sizeOf(geometry.size) >= NATIVE_POINTS ? nativeStatus() : {};
  if (!addon) return plain;
  const { logTaps, ...banded } = gridTaps(geometry, epsilon, options);
  const scalings = { ...banded, logTaps: undefined };
  const logarithms = {
    size: banded.size,
    radius: banded.size.map((extent) => extent - 1),
    taps: logTaps.map(Math.exp),
    logTaps,
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

/** A grid at one epsilon as the addon takes it, see `GridOperation`: taps that the precision does not hold are 0, their logarithms are whole. */
export function gridTaps(
  { size, spacing }: Pick<GridGeometry, "size" | "spacing">,
  epsilon: number,
  { precision = "float64" }: HostKernelOptions = {},
) {
  const exponents = size.map((extent, axis) =>
    Float64Array.from({ length: extent }, (_, steps) => -((steps * spacing[axis]) ** 2) / epsilon),
  );
  const range = EXPONENT_RANGE[precision];
  const taps = exponents.map((ofAxis) => ofAxis.map((exponent) => (exponent > -range ? Math.exp(exponent) : 0)));
  return {
    size: Int32Array.from(size),
    radius: Int32Array.from(taps, (ofAxis) => ofAxis.findLastIndex((tap) => tap > 0)),
    taps: stacked(taps),
    logTaps: stacked(exponents),
  };
}

/** One after the other. */
function stacked(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
