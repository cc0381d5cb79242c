import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { toIntensity } from "../../models/wdl/intensities.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import { rowsOf } from "../../src/tensor/ndarray.ts";
import type { BarycenterOperator } from "../../src/transport/barycenter/operator.ts";
import type { Method } from "./compare.ts";

/** A Wasserstein dictionary among the methods, and the barycenters [M, N] of mass one that are made on the way. */
export function dictionaryMethod(
  { problem, points, massesOf }: WdlSetup,
  options: WdlOptions,
  { atoms, weights }: Factors,
  operator: BarycenterOperator,
): { readonly ours: Method; readonly reconstructions: Float32Array } {
  const { pixels, atoms: count } = problem;
  const reconstructions = new Float32Array(points * pixels);
  const ours: Method = {
    key: "wdl",
    name: "WDL",
    note: "mean PSNR of this dictionary",
    async reconstruct(first, last) {
      const some = weights.subarray(first * count, last * count);
      const inputs = barycenterInputs({ pixels, operator }, { atoms, weights: some });
      const barycenters = normalizeRows(await operator.barycenters(inputs), pixels);
      reconstructions.set(barycenters, first * pixels);
      const masses = massesOf(barycenters, first);
      const images = barycenters.map((value, index) => toIntensity(value, masses[Math.floor(index / pixels)], options));
      return { images, coefficients: rowsOf(some, count) };
    },
  };
  return { ours, reconstructions };
}
