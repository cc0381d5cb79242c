import { isCloud, isGrid, type Geometry } from "../../geometry/geometry.ts";
import { devicePoints } from "../../geometry/cloud-webgpu.ts";
import type { KernelCost } from "../../webgpu/cost.ts";
import { iterationsCost, type SourceSizes } from "../../webgpu/costs/cost.ts";
import { matrixSource } from "../../webgpu/costs/matrix.ts";
import { pointSource } from "../../webgpu/costs/points.ts";
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
  return iterationsCost(sizesOf(geometry), pairs, run.iterations);
}

/** Sources bring nothing to a device before they are used. */
function sizesOf(geometry: Geometry): SourceSizes {
  if (isCloud(geometry)) return pointSource(devicePoints(geometry.coordinates));
  return matrixSource(new Float64Array(0), geometry.shape, 0);
}
