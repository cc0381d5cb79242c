import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import {
  ADAPTER_OPTIONS,
  adapterReport,
  reportAdapter,
  type AdapterReport,
  type Gpu,
} from "../../tensor/webgpu-adapter.ts";

const require = createRequire(import.meta.url);

/**
 * Memory that a workgroup shares is cleared by a loop that its invocations share. SwiftShader's Vulkan extension for it clears all of it once for
 * every four of them, store by store: a kernel with 4 kB takes ten times as long to compile and to run.
 */
const DAWN = ["disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension"];
/** A driver that hangs is none. */
const PROBE_MILLISECONDS = 20_000;

/** Prints an adapter's information, or null. Its arguments: the `webgpu` package, what to ask for. */
const PROBE = `
import(process.argv[1]).then(async ({ create }) => {
  const adapter = await create([]).requestAdapter(JSON.parse(process.argv[2]));
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  process.stdout.write(JSON.stringify(adapter && { vendor, architecture, device, description, isFallbackAdapter }));
});`;

/**
 * The adapter of `navigator.gpu`, into whose place Dawn is put where there is none; undefined where there is no adapter. Throws where
 * the package `webgpu` is not installed.
 */
export async function findGpu(): Promise<AdapterReport | undefined> {
  const { gpu } = (globalThis as { navigator?: { gpu?: Gpu } }).navigator ?? {};
  if (gpu) return reportAdapter(gpu);
  const dawn = dawnFile();
  if (dawn === undefined) throw new Error("the package webgpu is not installed");
  if (hasNone) return undefined;
  const adapter = probeAdapter(dawn);
  if (adapter) await provideNavigatorGpu(dawn);
  else hasNone = true;
  return adapter;
}

/** Looked for in this process, and not found: looking takes as long as starting Node. */
let hasNone = false;

/** The main file of the `webgpu` package. */
function dawnFile(): string | undefined {
  try {
    return require.resolve("webgpu");
  } catch {
    return undefined;
  }
}

/**
 * Asks for an adapter in another process: where there is none, drivers and Dawn say so on standard error, past everything that
 * could be quiet here. Undefined if there is none.
 */
export function probeAdapter(dawn: string): AdapterReport | undefined {
  const script = [PROBE, pathToFileURL(dawn).href, JSON.stringify(ADAPTER_OPTIONS)];
  const child = spawnSync(process.execPath, ["--eval", ...script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: PROBE_MILLISECONDS,
  });
  try {
    return adapterReport(JSON.parse(child.stdout) as Parameters<typeof adapterReport>[0]);
  } catch {
    return undefined; // it crashed
  }
}

async function provideNavigatorGpu(file: string): Promise<void> {
  const dawn = (await import(pathToFileURL(file).href)) as { create(flags: string[]): Gpu; globals: object };
  Object.assign(globalThis, dawn.globals);
  const navigator = { userAgent: "node", platform: process.platform, gpu: dawn.create(DAWN) };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
}
