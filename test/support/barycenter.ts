import { denseGeometry } from "../../src/geometry/dense.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { grid } from "../../src/geometry/grid.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import type { BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import type { BarycenterProblem } from "../../src/transport/barycenter/problem.ts";
import { points, randomHistogram } from "./problems.ts";
import { reference } from "./reference.ts";

interface Gradients {
  readonly gradientP: number[];
  readonly gradientAtoms: number[][];
  readonly gradientWeights: number[];
  readonly gradientAlpha?: number[][];
  readonly gradientBeta?: number[];
}

export interface BarycenterCase {
  readonly name: string;
  readonly size: number[];
  readonly epsilon: number;
  readonly iterations: number;
  readonly atoms: number[][];
  readonly weights: number[];
  readonly alpha?: number[][];
  readonly beta?: number[];
  readonly p: number[];
  readonly losses: Readonly<Record<string, Gradients>>;
  readonly variants: readonly {
    readonly options: Partial<BarycenterOptions>;
    readonly p: number[];
    readonly quadratic: Gradients;
  }[];
}

export const barycenterCases = reference<{ cases: readonly BarycenterCase[] }>("barycenter").cases;

/** One p and its gradients: every loss of every case, plain and variants, in a flat list for `it.each`. */
export const barycenterExpectations = barycenterCases.flatMap((given) => [
  { ...expectation(given, {}, given.p, given.losses), label: given.name },
  ...given.variants.map(({ options, p, quadratic }) => ({
    ...expectation(given, options, p, { quadratic }),
    label: `${given.name} ${JSON.stringify(options)}`,
  })),
]);

function expectation(
  { size, epsilon, iterations, atoms, weights }: BarycenterCase,
  variant: Partial<BarycenterOptions>,
  p: number[],
  losses: Readonly<Record<string, Gradients>>,
) {
  const problem: BarycenterProblem = {
    geometry: grid({ size }),
    atoms: points(atoms),
    weights: ndarray(Float64Array.from(weights), [1, weights.length]),
  };
  return { problem, options: { epsilon, iterations, ...variant }, p, losses: Object.entries(losses) };
}

/** Random atoms with zero pixels, and a batch of weights of which two rows have an exact 0 and an exact 1. */
export function randomProblem(geometry: Geometry, atoms: number, seed: number, zeroShare = 0.2): BarycenterProblem {
  const n = geometry.shape[0];
  const rows = Array.from({ length: atoms }, (_, s) => [...randomHistogram(n, seed + s, zeroShare)]);
  const corner = Array.from({ length: atoms }, (_, s) => (s === 0 ? 1 : 0));
  const edge = [0, ...randomHistogram(atoms - 1, seed + 17)];
  return {
    geometry,
    atoms: points(rows),
    weights: points([[...randomHistogram(atoms, seed + 31)], corner, edge]),
  };
}

export const geometries: readonly [name: string, geometry: Geometry][] = [
  ["line", grid({ size: [9] })],
  ["image", grid({ size: [4, 3], spacing: [1, 0.7] })],
  ["volume", grid({ size: [3, 2, 4] })],
  ["dense", denseGeometry(asymmetricCost(7), [7, 7])],
];

/** For a variant that takes symmetric costs only. */
const symmetricDense = denseGeometry(
  Float64Array.from({ length: 49 }, (_, index) => Math.abs(Math.floor(index / 7) - (index % 7)) ** 1.5),
  [7, 7],
);

/** The geometry, or another one of its kind and size where the variant does not take it. */
export function geometryFor({ debiased = false }: Partial<BarycenterOptions>, geometry: Geometry): Geometry {
  return debiased && !geometry.symmetric ? symmetricDense : geometry;
}

/** A cost that differs from its transpose, so that K and K^T cannot be mistaken for each other. */
function asymmetricCost(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, index) => {
    const row = Math.floor(index / n);
    const column = index % n;
    return (row - column) ** 2 + (row < column ? 0.5 : 0);
  });
}

/** Options of every variant, small enough for finite differences. */
export const variants: readonly [name: string, options: Partial<BarycenterOptions>][] = [
  ["plain", {}],
  ["heavy-ball", { heavyBall: -0.2 }],
  ["unbalanced", { rho: 3 }],
  ["unbalanced heavy-ball", { rho: 3, heavyBall: -0.2 }],
  ["debiased", { debiased: true }],
];

export function rowsOf({ data, shape }: NdArray): Float64Array[] {
  const length = data.length / shape[0];
  return Array.from({ length: shape[0] }, (_, row) =>
    Float64Array.from(data.subarray(row * length, (row + 1) * length)),
  );
}
