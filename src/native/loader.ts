import { loadAddon } from "#platform/addon";
import type { BarycenterNatives } from "./barycenter.ts";
import type { BatchNormNatives } from "./batch-norm.ts";
import type { ChainNatives } from "./chain.ts";
import type { CloudNatives } from "./cloud.ts";
import type { DenseOperatorNatives } from "./dense-operator.ts";
import type { ElementwiseNatives } from "./elementwise.ts";
import type { EmdNatives } from "./emd.ts";
import type { GridOperatorNatives } from "./grid-operator.ts";
import type { InitializerNatives } from "./initializer.ts";
import type { MatmulNatives } from "./matmul.ts";
import type { NewtonNatives } from "./newton.ts";
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
    InitializerNatives,
    MatmulNatives,
    NewtonNatives,
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

let status: NativeStatus | undefined;

/** The native kernels, loaded at the first call. `OTLEARN_NATIVE=0` switches them off. Never throws. */
export function nativeStatus(): NativeStatus {
  return (status ??= loadAddon());
}
