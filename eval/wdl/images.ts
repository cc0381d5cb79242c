import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { barycenterInputs } from "../../models/wdl/factors.ts";
import { toIntensity } from "../../models/wdl/intensities.ts";
import { rowOf, sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { stack } from "../baselines/linear-dictionary.ts";
import type { WdlFindings, WdlOutcome } from "./findings.ts";

/** Mean mass of the data points. */
export function meanMass({ histograms: { masses } }: WdlFindings["setup"]): number {
  return masses.reduce((sum, value) => sum + value, 0) / masses.length;
}

/** Histograms [rows, N] as images for the eye: alpha and inversion undone, mass as that of an average input. */
export function asImages({ setup, options }: Pick<WdlFindings, "setup" | "options">, rows: Float64Array): Float64Array {
  const mass = meanMass(setup);
  return normalizeRows(rows, setup.problem.pixels).map((value) => toIntensity(value, mass, options));
}

export function atomImages(findings: WdlOutcome): NdArray<Float64Array> {
  const { setup, options, factors } = findings;
  return { shape: [options.atoms, ...setup.pointShape], data: asImages(findings, factors.atoms) };
}

/** Barycenters of weights [rows, S] as images [rows, N], each with a mass of its own. */
export async function barycenterImages(
  { setup, options, factors, sinkhornIterations }: WdlOutcome,
  weights: Float64Array,
  masses: ArrayLike<number>,
): Promise<Float64Array> {
  const { pixels } = setup.problem;
  const inputs = barycenterInputs(setup.problem, { atoms: factors.atoms, weights });
  const barycenters = await setup.operatorWith(sinkhornIterations).barycenters(inputs);
  return normalizeRows(barycenters, pixels).map((value, index) =>
    toIntensity(value, masses[Math.floor(index / pixels)], options),
  );
}

/** Rows [shares, n] on the straight line between two rows [n]. */
export function lineBetween(from: Float64Array, to: Float64Array, shares: readonly number[]): Float64Array {
  const rows = shares.map((share) => from.map((value, index) => (1 - share) * value + share * to[index]));
  return stack(rows, from.length);
}

/** One image [N] of a stack [M, ...]. */
export function shownRow({ shape: [, ...extents], data }: NdArray<Float64Array>, row: number): Float64Array {
  return rowOf(data, sizeOf(extents), row);
}
