import type { Geometry } from "../../geometry/geometry.ts";
import { gradientCost } from "../../webgpu/barycenter/cost.ts";
import { passWidths } from "../../webgpu/barycenter/kernel-passes.ts";
import type { KernelCost } from "../../webgpu/cost.ts";
import { KEPT_BYTES } from "./engine-webgpu.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";

/** What `lossAndGradient` of so many data points costs on a WebGPU device from a cold start, counted without one. */
export function barycenterCost(
  geometry: Geometry,
  options: BarycenterOptions,
  { points, atoms }: { readonly points: number; readonly atoms: number },
): KernelCost {
  const { epsilon, iterations, memory } = resolveBarycenterOptions(options);
  const sizes = { points, atoms, width: Math.max(...geometry.shape), iterations, memory };
  return gradientCost({ ...sizes, passes: passWidths(geometry, epsilon) }, KEPT_BYTES);
}
