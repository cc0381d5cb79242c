import { isDense, isGrid, nonNegativeCost, type Geometry } from "../../../geometry/geometry.ts";
import type { BarycenterAxis, BarycenterDense, BarycenterGrid } from "../../../native/barycenter.ts";

/** Kernel entries below exp(-87) are no normal float32, those below exp(-708) no normal float64. */
const FLOAT32_EXPONENT = 87;
const FLOAT64_EXPONENT = 708;

/** What the native kernels need to know of a geometry; undefined for sides of different points, and where no matrix is kept. */
export function groundOf(geometry: Geometry, epsilon: number): BarycenterGrid | BarycenterDense | undefined {
  const [points, others] = geometry.shape;
  if (points !== others) return undefined;
  if (isDense(geometry)) return { dense: true, points, epsilon, symmetric: geometry.symmetric };
  return isGrid(geometry) ? gridGround(geometry.size, geometry.spacing, epsilon) : undefined;
}

/**
 * The cost matrix that comes with the batches of a dense problem, not negative: a constant factor of K changes no balanced
 * barycenter, and no log b. It does change the debiased ones before they converge.
 */
export function costOf(geometry: Geometry): Float64Array | undefined {
  return isDense(geometry) ? nonNegativeCost(geometry) : undefined;
}

/** The one-dimensional kernels of the axes; those that a grid lacks have one point. */
function gridGround(size: readonly number[], spacing: readonly number[], epsilon: number): BarycenterGrid {
  const axes = size.map((extent, index) => axis(extent, spacing[index], epsilon));
  while (axes.length < 3) axes.unshift(axis(1, 1, epsilon));
  const [depth, down, across] = axes as [BarycenterAxis, BarycenterAxis, BarycenterAxis];
  return { dense: false, depth, down, across };
}

function axis(size: number, step: number, epsilon: number): BarycenterAxis {
  const radius = (exponent: number) => Math.min(size - 1, Math.floor(Math.sqrt(exponent * epsilon) / step));
  const radius64 = radius(FLOAT64_EXPONENT);
  const taps = Float64Array.from({ length: radius64 + 1 }, (_, d) => Math.exp(-((d * step) ** 2) / epsilon));
  return { size, radius32: radius(FLOAT32_EXPONENT), radius64, taps };
}
