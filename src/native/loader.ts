import type { BarycenterNatives } from "./barycenter.ts";
import type { BatchNormNatives } from "./batch-norm.ts";
import type { DenseOperatorNatives } from "./dense-operator.ts";
import type { ElementwiseNatives } from "./elementwise.ts";
import type { EmdNatives } from "./emd.ts";
import type { MatmulNatives } from "./matmul.ts";
import type { PairNatives } from "./pairs.ts";
import type { ReduceNatives } from "./reduce.ts";
import type { SignalNatives } from "./signals.ts";
import type { SinkhornNatives } from "./sinkhorn.ts";
import type { SoftmaxNatives } from "./softmax.ts";

/** What `src/native/cpp/glue/addon.cc` exports. Callers check shapes; the addon checks lengths and element types again. */
export interface NativeAddon
  extends
    BarycenterNatives,
    BatchNormNatives,
    DenseOperatorNatives,
    ElementwiseNatives,
    EmdNatives,
    MatmulNatives,
    PairNatives,
    ReduceNatives,
    SignalNatives,
    SinkhornNatives,
    SoftmaxNatives {
  describe(): { readonly instructionSet: string; readonly threads: number };
}

export interface NativeStatus {
  readonly addon?: NativeAddon;
  /** "avx2, 2 threads", or why there are no native kernels. */
  readonly detail: string;
}

const ADDON = ["src", "native", "build", "Release", "otlearn_native.node"];

let status: NativeStatus | undefined;

/** The native kernels, loaded at the first call. `OTLEARN_NATIVE=0` switches them off. Never throws. */
export function nativeStatus(): NativeStatus {
  return (status ??= load());
}

// Node's modules are asked for here and not imported, so that what looks for an addon also goes to browsers.
function load(): NativeStatus {
  if (typeof process === "undefined" || !process.getBuiltinModule) return { detail: "not in this environment" };
  if (process.env["OTLEARN_NATIVE"] === "0") return { detail: "switched off by OTLEARN_NATIVE=0" };
  const { createRequire } = process.getBuiltinModule("node:module");
  const { existsSync } = process.getBuiltinModule("node:fs");
  const { dirname, join } = process.getBuiltinModule("node:path");
  const { fileURLToPath } = process.getBuiltinModule("node:url");
  // the sources are two levels below the package, the compiled files three
  let root = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(root, "package.json")) && root !== dirname(root)) root = dirname(root);
  const file = join(root, ...ADDON);
  if (!existsSync(file)) return { detail: "not built (npm install builds them where a C++17 compiler is there)" };
  try {
    const addon = createRequire(import.meta.url)(file) as NativeAddon;
    const { instructionSet, threads } = addon.describe();
    return { addon, detail: `${instructionSet}, ${threads} threads` };
  } catch (error) {
    return { detail: `does not load: ${(error as Error).message.split("\n")[0]}` };
  }
}
