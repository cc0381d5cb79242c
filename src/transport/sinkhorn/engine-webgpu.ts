// Kernels of our own on a WebGPU device, one engine a kind of geometry.
import { isGrid, type TensorKernel } from "../../geometry/geometry.ts";
import { costSource } from "../../geometry/webgpu-kernel.ts";
import { isWebgpu } from "../../webgpu/backend.ts";
import type { SinkhornEngine } from "./engine.ts";
import { costEngine } from "./webgpu/costs.ts";
import { gridEngine } from "./webgpu/grid.ts";

/** Undefined on another backend, where the tape follows the cost, and for geometries that no kernel knows. */
export function webgpuEngine(kernel: TensorKernel): SinkhornEngine | undefined {
  if (!isWebgpu() || kernel.variables) return undefined;
  const { geometry, epsilon } = kernel;
  if (isGrid(geometry)) return gridEngine(geometry, epsilon);
  const source = costSource(kernel);
  return source && costEngine(source, epsilon);
}
