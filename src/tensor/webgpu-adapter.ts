// Finding a WebGPU adapter. In Node the `webgpu` package (Dawn) stands in for the browser's `navigator.gpu`.
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";

/** What the names in an adapter's information say, and whether it is a program that stands in for a GPU. */
export interface AdapterReport {
  readonly name: string;
  readonly isSoftware: boolean;
}

interface Adapter {
  readonly info?: Record<"vendor" | "architecture" | "description", string> & { readonly isFallbackAdapter?: boolean };
}
interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}

const OPTIONS = { powerPreference: "high-performance" } as const;
/** Of Mesa, Google and Microsoft, where the adapter itself does not say so. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;
/** A driver that hangs is none. */
const PROBE_MILLISECONDS = 20_000;

/** Prints an adapter's information, or null. Its arguments: the `webgpu` package, what to ask for. */
const PROBE = `
import(process.argv[1]).then(async ({ create }) => {
  const adapter = await create([]).requestAdapter(JSON.parse(process.argv[2]));
  const { vendor, architecture, description, isFallbackAdapter } = adapter?.info ?? {};
  process.stdout.write(JSON.stringify(adapter && { vendor, architecture, description, isFallbackAdapter }));
});`;

/**
 * Asks for an adapter in another process: where there is none, drivers and Dawn say so on standard error, past everything that
 * could be quiet here. `packageFile` is the main file of the `webgpu` package. Undefined if there is none.
 */
export function probeAdapter(packageFile: string): AdapterReport | undefined {
  const script = [PROBE, pathToFileURL(packageFile).href, JSON.stringify(OPTIONS)];
  const child = spawnSync(process.execPath, ["--eval", ...script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: PROBE_MILLISECONDS,
  });
  try {
    return reportOf(JSON.parse(child.stdout) as Adapter["info"] | null);
  } catch {
    return undefined; // it crashed
  }
}

/** The same from a `navigator.gpu` that is there. */
export async function reportAdapter(gpu: Gpu): Promise<AdapterReport | undefined> {
  const adapter = await gpu.requestAdapter(OPTIONS);
  return adapter ? reportOf(adapter.info ?? {}) : undefined;
}

function reportOf(info: Partial<NonNullable<Adapter["info"]>> | null | undefined): AdapterReport | undefined {
  if (!info) return undefined;
  const name = [info.vendor, info.architecture, info.description].filter(Boolean).join(" ");
  return { name, isSoftware: info.isFallbackAdapter ?? SOFTWARE.test(name) };
}

/** Puts Dawn in the place of `navigator.gpu`. */
export async function provideNavigatorGpu(packageFile: string): Promise<void> {
  const dawn = (await import(pathToFileURL(packageFile).href)) as { create(flags: string[]): Gpu; globals: object };
  Object.assign(globalThis, dawn.globals);
  const navigator = { userAgent: "node", platform: process.platform, gpu: dawn.create([]) };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
}
