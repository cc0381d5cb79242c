import { normalizeRows } from "../../models/wdl/dictionary.ts";
import { toIntensity } from "../../models/wdl/intensities.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { WdlFindings } from "./findings.ts";

/** Mean mass of the data points. */
export function meanMass({ histograms: { masses } }: WdlFindings["setup"]): number {
  return masses.reduce((sum, value) => sum + value, 0) / masses.length;
}

/** Histograms [rows, N] as images for the eye: alpha and inversion undone, mass as that of an average input. */
export function asImages({ setup, options }: Pick<WdlFindings, "setup" | "options">, rows: Float64Array): Float64Array {
  const mass = meanMass(setup);
  return normalizeRows(rows, setup.problem.pixels).map((value) => toIntensity(value, mass, options));
}

export function atomImages(findings: WdlFindings): NdArray<Float64Array> {
  const { setup, options, factors } = findings;
  return { shape: [options.atoms, ...setup.pointShape], data: asImages(findings, factors.atoms) };
}
