/** What computes, in the words of its WebGPU adapter. */
export interface Adapter {
  /** Vendor, architecture and device: "nvidia ampere NVIDIA A100". */
  readonly name: string;
  /** Its description, which is the driver's in Chromium and Node; undefined where the adapter keeps it to itself. */
  readonly driver?: string;
}

/** The same, and whether it is a program that stands in for a GPU. */
export interface AdapterReport extends Adapter {
  readonly isSoftware: boolean;
}

type Info = Record<"vendor" | "architecture" | "device" | "description", string> & {
  readonly isFallbackAdapter?: boolean;
};

/** `navigator.gpu`, as far as it is needed to look for an adapter. */
export interface Gpu {
  requestAdapter(options: object): Promise<{ readonly info?: Info } | null>;
}

/** What adapters are asked for with. */
export const ADAPTER_OPTIONS = { powerPreference: "high-performance" } as const;
/** Of Mesa, Google and Microsoft, where the adapter itself does not say so (`isFallbackAdapter`: its type is CPU). */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|\bwarp\b|basic render/i;

/** What a `navigator.gpu` has; undefined where it has no adapter. */
export async function reportAdapter(gpu: Gpu): Promise<AdapterReport | undefined> {
  const adapter = await gpu.requestAdapter(ADAPTER_OPTIONS);
  return adapter ? adapterReport(adapter.info ?? {}) : undefined;
}

/** The same of an adapter's information. */
export function adapterReport(info: Partial<Info> | null | undefined): AdapterReport | undefined {
  if (!info) return undefined;
  const { vendor, architecture, device, description } = info;
  const name = [vendor, architecture, device].filter(Boolean).join(" ") || "adapter without a name";
  const isSoftware = info.isFallbackAdapter === true || SOFTWARE.test(`${name} ${description}`);
  return { name, ...(description && { driver: description }), isSoftware };
}
