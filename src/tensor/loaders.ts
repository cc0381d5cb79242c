import * as platform from "#platform/backends";
import type * as TfjsWasm from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { nativeStatus } from "../native/loader.ts";
import { registerNativeKernels } from "../native/tfjs-kernels.ts";
import { guardHeap } from "./wasm-heap.ts";
import type { Adapter } from "./webgpu-adapter.ts";

export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

let wasmPaths: string | undefined;

/**
 * Says where the binaries of tfjs' `wasm` backend lie: the address of a folder, with "/" at its end. To be called before
 * `useBackend`, by pages whose bundler does not copy files that a module refers to by `new URL(..., import.meta.url)`, as esbuild.
 */
export function setWasmPath(folder: string): void {
  wasmPaths = folder;
}

/** A backend that works. */
export interface Found {
  /** "@tensorflow/tfjs-node 4.22.0" */
  readonly detail: string;
  /** What computes. A software adapter is the host's processor under another name. */
  readonly device: "gpu" | "host";
  /** Of `webgpu`. */
  readonly adapter?: Adapter;
}

/** Loads a backend and registers it under its tfjs name; rejects with why it cannot be. */
export const loaders: Readonly<Record<BackendName, () => Promise<Found>>> = {
  tensorflow: loadTensorflow,
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

async function loadTensorflow(): Promise<Found> {
  const detail = await platform.loadTensorflow();
  await requireWorking("tensorflow");
  useNativeKernels("tensorflow");
  const { isUsingGpuDevice = false } = tf.findBackend("tensorflow") as { isUsingGpuDevice?: boolean };
  return { detail, device: isUsingGpuDevice ? "gpu" : "host" };
}

async function loadWebgpu(): Promise<Found> {
  const found = await platform.findGpu();
  if (!found) throw new Error("no WebGPU adapter (needs a GPU driver with Vulkan, Metal or D3D12)");
  const { registerWebgpu } = await import("../webgpu/open-device.ts"); // looks for `navigator.gpu` when it is loaded
  await registerWebgpu();
  await requireWorking("webgpu");
  const { isSoftware, ...adapter } = found;
  const words = [`webgpu ${adapter.name}`, adapter.driver, isSoftware ? "a software adapter" : undefined];
  return { detail: words.filter(Boolean).join(", "), device: isSoftware ? "host" : "gpu", adapter };
}

async function loadWasm(): Promise<Found> {
  const { setWasmPaths, version_wasm } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(wasmPaths ?? platform.wasmPaths());
  useNativeKernels("wasm");
  await requireWorking("wasm");
  guardHeap(tf.findBackend("wasm") as TfjsWasm.BackendWasm);
  return { detail: `@tensorflow/tfjs-backend-wasm ${version_wasm}`, device: "host" };
}

async function loadCpu(): Promise<Found> {
  const { version_cpu } = await import("@tensorflow/tfjs-backend-cpu");
  useNativeKernels("cpu");
  await requireWorking("cpu");
  return { detail: `@tensorflow/tfjs-backend-cpu ${version_cpu}`, device: "host" };
}

function useNativeKernels(backend: Exclude<BackendName, "webgpu">): void {
  const { addon } = nativeStatus();
  if (addon) registerNativeKernels(addon, backend);
}

/** Initialises a registered backend and puts the current one back. */
async function requireWorking(backend: BackendName): Promise<void> {
  const before = tf.engine().backendName;
  const works = tf.findBackendFactory(backend) !== null && (await tf.setBackend(backend));
  if (before && before !== backend) await tf.setBackend(before);
  if (!works) throw new Error(`tfjs could not initialise its ${backend} backend`);
}
