import { createRequire } from "node:module";
import { join, dirname } from "node:path";
import util from "node:util";
import type * as TfjsWasm from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { nativeStatus } from "../native/loader.ts";
import { registerNativeKernels } from "../native/tfjs-kernels.ts";

export type BackendName = "tensorflow" | "webgpu" | "wasm" | "cpu";

const require = createRequire(import.meta.url);

/** Loads a backend and registers it under its tfjs name; resolves to what was found, rejects with why it cannot be. */
export const loaders: Readonly<Record<BackendName, () => Promise<string>>> = {
  tensorflow: loadTensorflow,
  webgpu: loadWebgpu,
  wasm: loadWasm,
  cpu: loadCpu,
};

async function loadTensorflow(): Promise<string> {
  // tfjs-node 4.22 calls a function that Node 23 removed
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
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
      return `${name} ${versionOf(name)}`;
    } catch (error) {
      reasons.push(`${name} does not load: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  throw new Error(reasons.join(", "));
}

async function loadWebgpu(): Promise<string> {
  const global = globalThis as { navigator?: { gpu?: unknown } };
  if (!global.navigator?.gpu) await provideNavigatorGpu();
  const gpu = (globalThis as unknown as { navigator: { gpu: GpuLike } }).navigator.gpu;
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("no WebGPU adapter (needs a GPU driver with Vulkan, Metal or D3D12)");
  if (!isInstalled("@tensorflow/tfjs-backend-webgpu")) {
    throw new Error("@tensorflow/tfjs-backend-webgpu is not installed");
  }
  require("@tensorflow/tfjs-backend-webgpu");
  await requireWorking("webgpu");
  const { vendor = "", architecture = "", description = "" } = adapter.info ?? {};
  return ["webgpu", vendor, architecture, description].filter(Boolean).join(" ");
}

interface GpuLike {
  requestAdapter(options?: object): Promise<{ info?: Record<string, string> } | null>;
}

/** In Node the `webgpu` package (Dawn) stands in for the browser's `navigator.gpu`. */
async function provideNavigatorGpu(): Promise<void> {
  if (!isInstalled("webgpu")) throw new Error("the package webgpu is not installed");
  const dawn = (await import("webgpu" as string)) as { create(flags: string[]): GpuLike; globals: object };
  Object.assign(globalThis, dawn.globals);
  const navigator = { userAgent: "node", platform: process.platform, gpu: dawn.create([]) };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
}

async function loadWasm(): Promise<string> {
  const name = "@tensorflow/tfjs-backend-wasm";
  const wasm = require(name) as typeof TfjsWasm;
  wasm.setWasmPaths(join(dirname(require.resolve(name)), "/"));
  useNativeKernels("wasm");
  await requireWorking("wasm");
  return `${name} ${versionOf(name)}`;
}

async function loadCpu(): Promise<string> {
  const name = "@tensorflow/tfjs-backend-cpu";
  require(name);
  useNativeKernels("cpu");
  await requireWorking("cpu");
  return `${name} ${versionOf(name)}`;
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
