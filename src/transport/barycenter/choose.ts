import * as tf from "@tensorflow/tfjs-core";
import type { Geometry, TensorKernel } from "../../geometry/geometry.ts";
import { isOnHost } from "../../tensor/placement.ts";
import { isWebgpu } from "../../webgpu/backend.ts";
import { hostEngine } from "./engine-host.ts";
import { nativeEngine } from "./engine-native.ts";
import { tensorEngine } from "./engine-tensor.ts";
import { webgpuEngine } from "./engine-webgpu.ts";
import type { DeviceEngine, HostEngine } from "./engine.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";
import { requireSymmetric } from "./problem.ts";

/**
 * The engine for one geometry and setting: where the current backend's tensors are host memory, or there is none, the native kernels if they are
 * there and cover the case, else float64 TypeScript; on a WebGPU device its kernels, where they cover the case; else tensor operations, with
 * `kernel` if one is there already.
 * Throws InputError for bad options, and for a geometry that they are not defined for.
 */
export function chooseBarycenterEngine(
  geometry: Geometry,
  options: BarycenterOptions,
  kernel?: TensorKernel,
): HostEngine | DeviceEngine {
  const resolved = resolveBarycenterOptions(options);
  if (resolved.debiased) requireSymmetric(geometry);
  if (tf.getBackend() && !isOnHost()) {
    return (isWebgpu() ? webgpuEngine(geometry, resolved) : undefined) ?? tensorEngine(geometry, resolved, kernel);
  }
  const host = hostEngine(geometry, resolved);
  return nativeEngine(geometry, resolved, host) ?? host;
}
