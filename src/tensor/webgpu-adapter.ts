/** What the names in an adapter's information say, and whether it is a program that stands in for a GPU. */
export interface AdapterReport {
  readonly name: string;
  readonly isSoftware: boolean;
}

type Info = Record<"vendor" | "architecture" | "description", string> & { readonly isFallbackAdapter?: boolean };

/** `navigator.gpu`, as far as it is needed to look for an adapter. */
export interface Gpu {
  requestAdapter(options: object): Promise<{ readonly info?: Info } | null>;
}

/** What adapters are asked for with. */
export const ADAPTER_OPTIONS = { powerPreference: "high-performance" } as const;
/** Of Mesa, Google and Microsoft, where the adapter itself does not say so. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** What a `navigator.gpu` has; undefined where it has no adapter. */
export async function reportAdapter(gpu: Gpu): Promise<AdapterReport | undefined> {
  const adapter = await gpu.requestAdapter(ADAPTER_OPTIONS);
  return adapter ? adapterReport(adapter.info ?? {}) : undefined;
}

/** The same of an adapter's information. */
export function adapterReport(info: Partial<Info> | null | undefined): AdapterReport | undefined {
  if (!info) return undefined;
  const name = [info.vendor, info.architecture, info.description].filter(Boolean).join(" ");
  return { name, isSoftware: info.isFallbackAdapter ?? SOFTWARE.test(name) };
}
