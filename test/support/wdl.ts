import type { LossName } from "../../models/wdl/losses.ts";
import { dataTerm as lossTerm, type WdlTerm } from "../../models/wdl/losses.ts";
import type { Factors } from "../../models/wdl/factors.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { randomHistogram } from "./problems.ts";
import { reference } from "./reference.ts";

interface LossReference {
  readonly loss: number;
  readonly gradientP: number[];
  readonly gradientAlpha: number[][];
  readonly gradientBeta: number[];
}

export interface DictionaryCase {
  readonly name: string;
  readonly size: number[];
  readonly epsilon: number;
  readonly iterations: number;
  readonly alpha: number[][];
  readonly beta: number[];
  readonly target: number[];
  readonly p: number[];
  readonly losses: Readonly<Record<LossName, LossReference>>;
  readonly variants: readonly {
    readonly options: { readonly heavyBall?: number; readonly rho?: number };
    readonly p: number[];
    readonly quadratic: LossReference;
  }[];
}

export const dictionaryCases = reference<{ cases: readonly DictionaryCase[] }>("dictionary").cases;

/** The Wasserstein losses of the reference are converged to 1e-13. */
export const CONVERGED = { tolerance: 1e-13, maxProducts: 2000 };

/** The data term of one loss over data [M, N]. */
export function dataTerm(name: LossName, geometry: Geometry, epsilon: number, data: Float64Array): WdlTerm {
  return lossTerm(name, data, { geometry, epsilon, ...CONVERGED });
}

/** Rows of random histograms [rows, columns]. */
export function randomRows(rows: number, columns: number, seed: number, zeroShare = 0): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) out.set(randomHistogram(columns, seed + 101 * row, zeroShare), row * columns);
  return out;
}

/** Random atoms [atoms, pixels] and weights [points, atoms]. */
export function randomFactors(points: number, atoms: number, pixels: number, seed: number, zeroShare = 0): Factors {
  return { atoms: randomRows(atoms, pixels, seed, zeroShare), weights: randomRows(points, atoms, seed + 7) };
}

/** (f(x + h v) - f(x - h v)) / 2h */
export function directionalDifference(
  value: (x: Float64Array) => number,
  x: Float64Array,
  direction: Float64Array,
  h = 1e-6,
): number {
  const at = (step: number): number => value(x.map((entry, index) => entry + step * direction[index]));
  return (at(h) - at(-h)) / (2 * h);
}
