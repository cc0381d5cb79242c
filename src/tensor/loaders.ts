import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import util from "node:util";
import type * as TfjsWasm from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { nativeStatus } from "../native/loader.ts";
import { registerNativeKernels } from "../native/tfjs-kernels.ts";
import { guardHeap } from "./wasm-heap.ts";
import { probeAdapter, provideNavigatorGpu, reportAdapter } from "./webgpu-adapter.ts";

export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

const require = createRequire(import.meta.url);

/** A backend that works. */
export interface Found {
  /** "@tensorflow/tfjs-node 4.22.0" */
  readonly detail: string;
  /** What computes. A software adapter is the host's processor under another name. */
  readonly device: "gpu" | "host";
}

/** Loads a backend and registers it under its tfjs name; rejects with why it cannot be. */
export const loaders: Readonly<Record<BackendName, () => Promise<Found>>> = {
  tensorflow: loadTensorflow,
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

async function loadTensorflow(): Promise<Found> {
  // tfjs-node 4.22 calls a function that Node 23 removed
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2"; // errors only: it tells of its build and of absent drivers
  const reasons: string[] = [];
  for (const name of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
    if (!isInstalled(name)) {
      reasons.push(`${name} is not installed`);
      continue;
    }
    try {
      require(name);
      await requireWorking("tensorflow");
      useNativeKernels("tensorflow");
      const { isUsingGpuDevice = false } = tf.findBackend("tensorflow") as { isUsingGpuDevice?: boolean };
      return { detail: `${name} ${versionOf(name)}`, device: isUsingGpuDevice ? "gpu" : "host" };
    } catch (error) {
      reasons.push(`${name} does not load: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new Error(reasons.join(", "));
}

async function loadWebgpu(): Promise<Found> {
  const name = "@tensorflow/tfjs-backend-webgpu";
  const { gpu } = (globalThis as { navigator?: { gpu?: Parameters<typeof reportAdapter>[0] } }).navigator ?? {};
  if (!gpu && !isInstalled("webgpu")) throw new Error("the package webgpu is not installed");
  if (!isInstalled(name)) throw new Error(`${name} is not installed`);
  const adapter = gpu ? await reportAdapter(gpu) : probeAdapter(require.resolve("webgpu"));
  if (!adapter) throw new Error("no WebGPU adapter (needs a GPU driver with Vulkan, Metal or D3D12)");
  if (!gpu) await provideNavigatorGpu(require.resolve("webgpu"));
  require(name);
  await requireWorking("webgpu");
  const detail = `webgpu ${adapter.name}${adapter.isSoftware ? ", a software adapter" : ""}`;
  return { detail, device: adapter.isSoftware ? "host" : "gpu" };
}

async function loadWasm(): Promise<Found> {
  const name = "@tensorflow/tfjs-backend-wasm";
  const wasm = require(name) as typeof TfjsWasm;
  wasm.setWasmPaths(join(dirname(require.resolve(name)), "/"));
  useNativeKernels("wasm");
  await requireWorking("wasm");
  guardHeap(tf.findBackend("wasm") as TfjsWasm.BackendWasm);
  return { detail: `${name} ${versionOf(name)}`, device: "host" };
}

async function loadCpu(): Promise<Found> {
  const name = "@tensorflow/tfjs-backend-cpu";
  require(name);
  useNativeKernels("cpu");
  await requireWorking("cpu");
  return { detail: `${name} ${versionOf(name)}`, device: "host" };
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

function isInstalled(name: string): boolean {
  try {
    require.resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}
