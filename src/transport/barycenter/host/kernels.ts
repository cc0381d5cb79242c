import type { HostGeometry, HostKernel, HostKernelOptions } from "../../../geometry/geometry.ts";

type Precision = NonNullable<HostKernelOptions["precision"]>;

const kernels = new WeakMap<HostGeometry, Map<Precision, HostKernel>>();

/**
 * The host kernel of a geometry, kept as long as the geometry lives: training applies the same one at every step, and a
 * dense one costs n^2 exponentials to make. Only the last epsilon is kept for each precision.
 */
export function cachedHostKernel(geometry: HostGeometry, epsilon: number, precision: Precision): HostKernel {
  const perPrecision = kernels.get(geometry) ?? new Map<Precision, HostKernel>();
  kernels.set(geometry, perPrecision);
  const kept = perPrecision.get(precision);
  if (kept?.epsilon === epsilon) return kept;
  const made = geometry.hostKernel(epsilon, { precision });
  perPrecision.set(precision, made);
  return made;
}
