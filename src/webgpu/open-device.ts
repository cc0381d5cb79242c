// Opens the device of tfjs' webgpu backend. The backend's own factory asks for fixed limits and features, and listens to no error.
import * as tf from "@tensorflow/tfjs-core";
import { ADAPTER_OPTIONS } from "../tensor/webgpu-adapter.ts";
import { WatchedBackend } from "./watched-backend.ts";

/** Used where they are there, required nowhere. */
const FEATURES = ["timestamp-query", "subgroups", "bgra8unorm-storage"] as GPUFeatureName[]; // the types are of before subgroups

/** Raised to what the adapter has. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupsPerDimension",
] as const satisfies (keyof GPUSupportedLimits)[];

/** As tfjs registers it: before its other backends. */
const PRIORITY = 3;

/**
 * Opens the device of the fastest adapter of `navigator.gpu` and registers the `webgpu` backend of tfjs on it; where one is registered that works, does
 * nothing. Rejects where there is no adapter, or it gives no device.
 */
export async function registerWebgpu(): Promise<void> {
  const { registry, registryFactory } = tf.engine();
  const current = registry["webgpu"];
  if (current && !(current instanceof WatchedBackend && current.failure)) return;
  const backend = await openBackend();
  if ("webgpu" in registryFactory) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => backend, PRIORITY);
}

async function openBackend(): Promise<WatchedBackend> {
  const { gpu } = (globalThis as unknown as { navigator: { gpu: GPU } }).navigator;
  const adapter = await gpu.requestAdapter(ADAPTER_OPTIONS);
  if (!adapter) throw new Error("the WebGPU adapter is gone");
  // browsers of before a limit's time have none of that name
  const limits = LIMITS.filter((name) => adapter.limits[name] !== undefined);
  const device = await adapter.requestDevice({
    label: "otlearn",
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
  });
  // A small operation computes the same bits wherever its inputs were made: tfjs would compute it on the host where they come from
  // there, so that a run that was resumed would not go on as if it had not been.
  tf.env().set("WEBGPU_CPU_FORWARD", false);
  return new WatchedBackend(device, (adapter as GPUAdapter & { readonly info: GPUAdapterInfo }).info);
}
