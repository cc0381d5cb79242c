import type { BarycenterNatives } from "./barycenter.ts";
import type { BatchNormNatives } from "./batch-norm.ts";
import type { ChainNatives } from "./chain.ts";
import type { CloudNatives } from "./cloud.ts";
import type { DenseOperatorNatives } from "./dense-operator.ts";
import type { ElementwiseNatives } from "./elementwise.ts";
import type { EmdNatives } from "./emd.ts";
import type { GridOperatorNatives } from "./grid-operator.ts";
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
    ChainNatives,
    CloudNatives,
    DenseOperatorNatives,
    ElementwiseNatives,
    EmdNatives,
    GridOperatorNatives,
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
  /** Where the addon lies. */
  readonly file?: string;
  /** "prebuilt linux-x64", which came with the package, or "built here", by `npm install`. */
  readonly origin?: string;
  /** "avx2, 2 threads", or why there are no native kernels. */
  readonly detail: string;
}

/** Of addon-files.cjs. */
interface AddonFile {
  readonly file: string;
  readonly origin: string;
}

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
  const require = createRequire(import.meta.url);
  let failure = "not built (npm install builds them where a C++17 compiler is there)";
  for (const { file, origin } of addonsOf(root)) {
    try {
      const addon = require(file) as NativeAddon;
      const { instructionSet, threads } = addon.describe();
      return { addon, file, origin, detail: `${instructionSet}, ${threads} threads` };
    } catch (error) {
      failure = `${origin}, does not load: ${(error as Error).message.split("\n")[0]}`;
    }
  }
  return { detail: failure };

  function addonsOf(folder: string): readonly AddonFile[] {
    const list = join(folder, "src", "native", "addon-files.cjs");
    if (!existsSync(list)) return []; // bundled without it
    return (require(list) as { addonFiles(root: string): readonly AddonFile[] }).addonFiles(folder);
  }
}
