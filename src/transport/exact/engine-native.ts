import type { NativeAddon } from "../../native/loader.ts";
import type { EmdEngine } from "./engine.ts";
import { POINT_RULES } from "./point-costs.ts";

/** `cpp/emd/emd.h`. */
export function nativeEmd(addon: NativeAddon): EmdEngine {
  return ({ a, b, cost, start, maxPivots }) => {
    const f = new Float64Array(a.length);
    const g = new Float64Array(b.length);
    const costs = cost instanceof Float64Array ? { cost } : { ...cost, rule: POINT_RULES.indexOf(cost.rule) };
    const solution = addon.emd({ rows: a.length, columns: b.length, a, b, ...costs, start, maxPivots, f, g });
    const { value, pivots, converged, rows, columns, masses } = solution;
    const status = converged ? "converged" : "max-iterations";
    return { value, plan: { rows, columns, masses }, f, g, pivots, status };
  };
}
