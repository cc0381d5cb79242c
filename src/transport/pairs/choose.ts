import { isWebgpu } from "../../webgpu/backend.ts";
import { nativeStatus, type NativeAddon } from "../../native/loader.ts";
import { hostEmdPairs } from "./emd/engine-host.ts";
import { nativeEmdPairs } from "./emd/engine-native.ts";
import type { EmdPairsProblem, EmdSettings } from "./emd/problem.ts";
import type { PairEngine } from "./engine.ts";
import { hostDivergencePairs } from "./sinkhorn/engine-host.ts";
import { nativeDivergencePairs } from "./sinkhorn/engine-native.ts";
import { webgpuDivergencePairs } from "./sinkhorn/engine-webgpu.ts";
import type { DivergencePairsProblem, DivergenceSettings } from "./sinkhorn/problem.ts";

// Histograms and costs are the host's whatever the backend: beside the addon, these choices go by whether a device is asked for.

/** The engine for exact transport of pairs. Always the host's: one pivot of the simplex waits for the one before it. */
export function chooseEmdPairs(problem: EmdPairsProblem): PairEngine<EmdSettings> {
  const native = nativeFor(problem.pairs.rows.length);
  return native ? nativeEmdPairs(native, problem) : hostEmdPairs(problem);
}

/** The engine for Sinkhorn divergences of pairs. */
export function chooseDivergencePairs(problem: DivergencePairsProblem): PairEngine<DivergenceSettings> {
  if (isWebgpu() && problem.layout.pairs > 0) return webgpuDivergencePairs(problem);
  const native = nativeFor(problem.layout.pairs);
  return native ? nativeDivergencePairs(native, problem) : hostDivergencePairs(problem);
}

/** The addon, where it is there and has something to do. */
function nativeFor(pairs: number): { readonly addon: NativeAddon; readonly name: string } | undefined {
  const { addon, detail } = nativeStatus();
  return addon && pairs > 0 ? { addon, name: `native, ${detail}` } : undefined;
}
