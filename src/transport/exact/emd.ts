import { InputError } from "../../errors.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import type { GroundCost } from "../ground-cost.ts";
import { checkPair } from "../histograms.ts";
import { chooseEmd } from "./choose.ts";
import { costSource } from "./cost-source.ts";
import type { EmdResult } from "./emd-result.ts";
import { checkMaxPivots, checkStart, type EmdOptions } from "./options.ts";
import { ldexp } from "./powers-of-two.ts";

/**
 * Exact optimal transport (the earth mover's distance for a metric cost) between a [n] and b [m], masses >= 0 of equal
 * total, under a dense cost [n, m] of finite entries, which may be negative: min <P, C> over plans P >= 0 with
 * P 1 = a, P^T 1 = b. By the primal network simplex in float64, native where the addon is there.
 *
 * Costs of points (a lazy point cloud, a grid) are formed as they are priced, without a matrix, where that is faster or a matrix
 * would have more than 256 MiB: 10 000 x 10 000 points of the plane are solved in a process of 60 MB.
 *
 * Masses are held as whole units of 2^-60 of their total (2^-52 without the addon), so totals that differ by rounding are
 * balanced, and a mass below half a unit counts as zero; the size of the total changes nothing. Very large and very small
 * costs are solved near one. Throws InputError for bad masses, costs or options, and where the value is beyond float64.
 */
export function emd(a: Numbers, b: Numbers, cost: GroundCost, options: EmdOptions = {}): EmdResult {
  const maxPivots = checkMaxPivots(options);
  const { shape, cost: source, exponent, largest } = costSource(cost);
  const [first, second] = [float64Of(a, "masses a"), float64Of(b, "masses b")];
  checkPair(first, second, shape);
  const start = checkStart(options, shape[1], exponent);
  const result = chooseEmd()({ a: first, b: second, cost: source, start, maxPivots });
  if (exponent === 0 && Number.isFinite(result.value)) return result;
  const value = ldexp(result.value, exponent);
  if (!Number.isFinite(value)) {
    throw new InputError(`emd: the value is beyond float64 with costs up to ${largest}; divide costs or masses`);
  }
  const [f, g] = [result.f, result.g].map((potentials) => potentials.map((entry) => ldexp(entry, exponent)));
  return { ...result, value, f, g };
}
