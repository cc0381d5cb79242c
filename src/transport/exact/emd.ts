import { nativeStatus } from "../../native/loader.ts";
import { checkPair } from "../histograms.ts";
import { checkCost, checkMaxPivots, type ExactOptions, type GroundCost } from "./options.ts";
import { emdHost } from "./emd-host.ts";
import type { EmdResult } from "./emd-result.ts";

/**
 * Exact optimal transport (the earth mover's distance for a metric cost) between a [n] and b [m], masses >= 0 of equal
 * total, under a dense cost [n, m] of finite entries, which may be negative: min <P, C> over plans P >= 0 with
 * P 1 = a, P^T 1 = b. By the primal network simplex in float64, native where the addon is there.
 *
 * Masses are held as whole units of 2^-60 of their total (2^-52 without the addon), so totals that differ by rounding are
 * balanced, and a mass below half a unit counts as zero. Throws InputError for bad masses, costs or options.
 */
export function emd(a: Float64Array, b: Float64Array, cost: GroundCost, options: ExactOptions = {}): EmdResult {
  const maxPivots = checkMaxPivots(options);
  const { shape, data } = checkCost(cost);
  checkPair(a, b, shape);
  const { addon } = nativeStatus();
  if (!addon) return emdHost(a, b, data, maxPivots);
  const f = new Float64Array(a.length);
  const g = new Float64Array(b.length);
  const solution = addon.emd({ rows: a.length, columns: b.length, a, b, cost: data, maxPivots, f, g });
  const { value, pivots, converged, rows, columns, masses } = solution;
  const status = converged ? "converged" : "max-iterations";
  return { value, plan: { rows, columns, masses }, f, g, pivots, status };
}
