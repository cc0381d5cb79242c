import { isWebgpu, webgpuBackend } from "./backend.ts";

/** The limits of a device that decide how kernels cut up their work. */
export interface KernelLimits {
  /** Bytes of a buffer that a kernel can see at once. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  /** Bytes that a workgroup shares. */
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
}

let lowered: Partial<KernelLimits> = {};

/** What WebGPU promises of every device. */
const PROMISED: KernelLimits = {
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupsPerDimension: 65_535,
  maxComputeWorkgroupStorageSize: 16_384,
  maxComputeInvocationsPerWorkgroup: 256,
};

/** The limits of the current backend's device; on another backend those that every device has, so that work can be planned without one. */
export function kernelLimits(): KernelLimits {
  const limits = isWebgpu() ? webgpuBackend().device.limits : PROMISED;
  const limit = (name: keyof KernelLimits): number => Math.min(limits[name], lowered[name] ?? Infinity);
  return {
    maxStorageBufferBindingSize: limit("maxStorageBufferBindingSize"),
    maxComputeWorkgroupsPerDimension: limit("maxComputeWorkgroupsPerDimension"),
    maxComputeWorkgroupStorageSize: limit("maxComputeWorkgroupStorageSize"),
    maxComputeInvocationsPerWorkgroup: limit("maxComputeInvocationsPerWorkgroup"),
  };
}

/** For tests: what large problems meet on any device, small ones meet with lower limits. Those left out are the device's again. */
export function lowerLimits(limits: Partial<KernelLimits>): void {
  lowered = limits;
}
