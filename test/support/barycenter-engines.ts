import { expect } from "vitest";
import type { LossName } from "../../models/wdl/losses.ts";
import type { Factors } from "../../models/wdl/factors.ts";
import { affine } from "../../models/wdl/simplex.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import type { DataTerm } from "../../src/transport/barycenter/engine.ts";
import { relativeNorm } from "./allclose.ts";
import { nativeFactors, type FactorOperator } from "./factors.ts";

export const LOSSES = ["tv", "quadratic", "kl"] as const satisfies readonly LossName[];

/** float32, and sums of a few thousand terms. */
const VALUE = 1e-5;
const GRADIENT = 1e-4;

export function native(geometry: Geometry, options: BarycenterOptions): FactorOperator {
  const operator = nativeFactors(geometry, options);
  if (!operator) throw new Error("expected the native kernels to cover this case");
  return operator;
}

/**
 * Gradient with respect to the logits of the atoms, up to a constant a row: d * dL/dd. The gradient itself may be larger
 * than any number where an atom has no mass.
 */
function massGradient({ atoms }: Factors, gradient: Factors): Float64Array {
  return gradient.atoms.map((slope, index) => (atoms[index] > 0 ? slope * atoms[index] : 0));
}

/** Within `relative` of the norm; a gradient that is zero, as on one pixel, is met to float32. */
function expectNear(actual: Float64Array, expected: Float64Array, relative = GRADIENT, absolute = 1e-6): void {
  const difference = Math.hypot(...actual.map((value, index) => value - expected[index]));
  expect(difference).toBeLessThan(relative * Math.hypot(...expected) + absolute);
}

interface Problem {
  readonly factors: Factors;
  readonly start?: Float32Array | undefined;
  readonly term: DataTerm;
  readonly pixels: number;
  readonly options: BarycenterOptions;
}

/** Compares everything that the operator computes. */
export async function expectSame(
  actual: FactorOperator,
  expected: FactorOperator,
  { factors, start, term, pixels, options }: Problem,
): Promise<void> {
  const [mine, other] = [
    await actual.lossAndGradient(factors, start, term),
    await expected.lossAndGradient(factors, start, term),
  ];
  expect([mine.value]).toBeAllclose([other.value], { relative: VALUE, absolute: 1e-6 });
  expectNear(massGradient(factors, mine.gradient), massGradient(factors, other.gradient));
  // Training moves weights only in directions that keep their sum. The rest is a sum over the iterations in which nearly
  // everything cancels, and with it some digits of float32.
  const count = factors.atoms.length / pixels;
  const tangent = (gradient: Factors) => affine.backward(gradient.weights, factors.weights, count);
  expectNear(tangent(mine.gradient), tangent(other.gradient));
  // p is homogeneous in the weights of degree 1 / power, which such a sum is multiplied by.
  const { power } = resolveBarycenterOptions(options);
  expectNear(mine.gradient.weights, other.gradient.weights, 10 * GRADIENT, power === 0 ? undefined : 1e-6 / power);
  const images = await expected.barycenters(factors, start);
  expect(relativeNorm(await actual.barycenters(factors, start), images)).toBeLessThan(VALUE);
  const logs = await expected.logScalings(factors, start);
  expect(await actual.logScalings(factors, start)).toBeAllclose(logs, { relative: 1e-5, absolute: 1e-4 });
}

/** Two atoms on 9 x 21 pixels, discs with nothing around them: kernels of small epsilon do not reach from one to the other. */
export const discs = Float64Array.from({ length: 2 * 189 }, (_, index) => {
  const [row, column] = [Math.floor((index % 189) / 21), index % 21];
  const centre = index < 189 ? 3 : 17;
  return (row - 4) ** 2 + (column - centre) ** 2 <= 4 ? 1 / 13 : 0;
});

interface Variant {
  readonly heavyBall?: number;
  readonly ratio?: number;
  readonly debiased?: boolean;
}

/** The operator's variants; rho relative to epsilon. */
export const VARIANTS: Readonly<Record<string, Variant>> = {
  plain: {},
  debiased: { debiased: true },
  "heavy-ball": { heavyBall: -0.1 },
  unbalanced: { ratio: 2 },
  "heavy-ball and unbalanced": { heavyBall: -0.3, ratio: 0.5 },
  "almost balanced": { ratio: 1e4 },
};

export function variantOptions(
  name: string,
  epsilon: number,
): Pick<BarycenterOptions, "heavyBall" | "rho" | "debiased"> {
  const { heavyBall = 0, ratio = Infinity, debiased = false } = VARIANTS[name];
  return { heavyBall, rho: ratio * epsilon, debiased };
}

/** Rows with an exact corner of the simplex, an exact zero, and, where the variant takes it, a negative weight. */
export function withEdges({ atoms, weights }: Factors, count: number, rho = Infinity): Factors {
  const edges = [[1], [0, 1], rho === Infinity ? [-0.2, 0.5, 0.7] : [0.5, 0, 2]].filter((row) => row.length <= count);
  const rows = edges.flatMap((row) => Array.from({ length: count }, (_, s) => row[s] ?? 0));
  return { atoms, weights: Float64Array.of(...weights, ...rows) };
}
