import { isCloud, isGrid, type Geometry } from "../../geometry/geometry.ts";
import { repeatedCost, type KernelCost } from "../../webgpu/cost.ts";
import { estimateIteration } from "../../webgpu/costs/estimate.ts";
import { gridCost } from "../../webgpu/sinkhorn-grid/cost.ts";
import type { FixedRun } from "./engine.ts";

/** Iterations of a batch of so many balanced pairs. */
interface CountedRun extends Pick<FixedRun, "iterations" | "domain"> {
  readonly pairs: number;
}

/**
 * What `sinkhornIterations` costs on a WebGPU device, counted without one: its kernels, beside which tfjs takes a few launches for the start
 * and the potentials. Grids in the domain that is asked for, `auto` being scalings; other costs always by logarithms.
 */
export function sinkhornCost(geometry: Geometry, epsilon: number, { pairs, ...run }: CountedRun): KernelCost {
  if (isGrid(geometry)) return gridCost({ ...geometry, epsilon }, run, pairs);
  const dimension = isCloud(geometry) ? geometry.coordinates.x.shape[1] : 0;
  return repeatedCost(estimateIteration({ shape: geometry.shape, dimension, pairs }), run.iterations);
}
