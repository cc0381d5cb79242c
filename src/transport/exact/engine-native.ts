import type { NativeAddon } from "../../native/loader.ts";
import type { EmdEngine } from "./engine.ts";

/** `cpp/emd/emd.h`. */
export function nativeEmd(addon: NativeAddon): EmdEngine {
  return ({ a, b, cost, maxPivots }) => {
    const f = new Float64Array(a.length);
    const g = new Float64Array(b.length);
    const solution = addon.emd({ rows: a.length, columns: b.length, a, b, cost, maxPivots, f, g });
    const { value, pivots, converged, rows, columns, masses } = solution;
    const status = converged ? "converged" : "max-iterations";
    return { value, plan: { rows, columns, masses }, f, g, pivots, status };
  };
}
