import { reportAdapter, type AdapterReport, type Gpu } from "../../tensor/webgpu-adapter.ts";
import type * as node from "../node/backends.ts";

export async function loadTensorflow(): Promise<string> {
  throw new Error("needs Node");
}

/** The adapter of `navigator.gpu`; undefined where there is none. Throws where the browser has no WebGPU. */
export async function findGpu(): Promise<AdapterReport | undefined> {
  const { gpu } = (globalThis as unknown as { navigator: { gpu?: Gpu } }).navigator;
  if (!gpu) throw new Error("this browser has no WebGPU, or not on this page (it needs https)");
  return reportAdapter(gpu);
}

// Written out, since bundlers copy only files whose address they see.
const BINARIES: Record<string, string> = {
  "tfjs-backend-wasm.wasm": new URL("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm", import.meta.url).href,
  "tfjs-backend-wasm-simd.wasm": new URL(
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
    import.meta.url,
  ).href,
  "tfjs-backend-wasm-threaded-simd.wasm": new URL(
    "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm",
    import.meta.url,
  ).href,
};

export const wasmPaths: typeof node.wasmPaths = () => BINARIES;
