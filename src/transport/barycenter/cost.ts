import type { Geometry } from "../../geometry/geometry.ts";
import { forwardCost, gradientCost, type RecursionSizes } from "../../webgpu/barycenter/cost.ts";
import { KEPT_BYTES } from "../../webgpu/barycenter/groups.ts";
import { passWidths } from "../../webgpu/barycenter/kernel-passes.ts";
import type { KernelCost } from "../../webgpu/cost.ts";
import { kernelLimits } from "../../webgpu/limits.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";

/** Data points, which are barycenters, and atoms. */
interface Counts {
  readonly points: number;
  readonly atoms: number;
}

/** What `barycenter` costs on a WebGPU device from a cold start, counted without one. */
export function barycenterCost(geometry: Geometry, options: BarycenterOptions, counts: Counts): KernelCost {
  return forwardCost(sizesOf(geometry, options, counts), KEPT_BYTES);
}

/** The same of the losses and gradients of all data points, `lossAndGradient`. */
export function barycenterGradientCost(
  geometry: Geometry,
  options: BarycenterOptions,
  counts: Counts,
  keptBytes = KEPT_BYTES,
): KernelCost {
  return gradientCost(sizesOf(geometry, options, counts), keptBytes);
}

function sizesOf(geometry: Geometry, options: BarycenterOptions, counts: Counts): RecursionSizes {
  const { epsilon, iterations, memory, sides, debiased } = resolveBarycenterOptions(options);
  const width = Math.max(...geometry.shape);
  const binding = kernelLimits().maxStorageBufferBindingSize / sides; // as in `engine-webgpu.ts`
  return { ...counts, width, iterations, memory, debiased, binding, passes: passWidths(geometry, epsilon) };
}
