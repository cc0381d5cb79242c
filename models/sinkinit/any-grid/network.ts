import { addLogMass } from "../layers/add-log-mass.ts";
import type { Algebra } from "../layers/algebra.ts";
import { alongBothAxes } from "../layers/fixed-layer.ts";
import { centres, cosinesOf, monomialsOf } from "./axes.ts";
import { coarseStart, type CoarseStart } from "./features.ts";
import type { GridProblem } from "./grid-problem.ts";
import { MONOMIALS, type AnyGridSpec } from "./spec.ts";

/** A weight by its name in `anyGridWeightShapes`. */
export type WeightOf<T> = (name: string) => T;

/** Factor of all that the network adds; a mode of order k is expected to be k times smaller. */
const CORRECTION = 0.3;

/** What the network adds to the start [batch, outputsOf(spec)]: cosine coefficients, then those of the monomials. */
export function correction<T>(
  algebra: Algebra<T>,
  { features, distance }: Pick<CoarseStart<T>, "features" | "distance">,
  weight: WeightOf<T>,
  problem: GridProblem,
  spec: AnyGridSpec,
): T {
  const { add, sub, mul, matMul } = algebra;
  const standard = mul(sub(features, weight("standard/mean")), weight("standard/gain"));
  const shared = algebra.constant("problem", 1, () => problemFeatures(problem));
  let hidden = elu(
    algebra,
    add(
      add(matMul(standard, weight("hidden1/kernel")), matMul(shared, weight("problem/kernel"))),
      weight("hidden1/bias"),
    ),
  );
  for (let layer = 2; layer <= spec.widths.length; layer++) {
    const [kernel, bias] = [weight(`hidden${layer}/kernel`), weight(`hidden${layer}/bias`)];
    const now = elu(algebra, add(matMul(hidden, kernel), bias));
    hidden = spec.widths[layer - 1] === spec.widths[layer - 2] ? add(hidden, now) : now;
  }
  const outputs = add(matMul(hidden, weight("output/kernel")), weight("output/bias"));
  const gains = algebra.constant("gains", 1, () => outputGains(spec));
  return mul(mul(outputs, gains), distance);
}

/** Of a potential: `series` [batch, cells^2] in cosines, `polynomial` [batch, 5] in y, x, yy, yx, xx. */
type Coefficients<T> = Pick<CoarseStart<T>, "series" | "polynomial">;

/** A potential on the grid [batch, points] from its coefficients. */
export function synthesise<T>(
  algebra: Algebra<T>,
  { series, polynomial }: Coefficients<T>,
  { size, sides }: GridProblem,
  { cells }: AnyGridSpec,
): T {
  const cosines = size.map((extent) =>
    algebra.constant(`series ${extent}`, cells, () => transposedCosines(extent, cells)),
  );
  const [rows, columns] = size.map((extent, axis) => centres(extent, sides[axis]));
  const monomials = algebra.constant("monomials", MONOMIALS, () => monomialsOf(rows, columns));
  const smooth = alongBothAxes(algebra, series, [cosines[0], cosines[1]], [cells, cells], size);
  return algebra.add(smooth, algebra.matMul(polynomial, monomials));
}

/**
 * The start for pairs on one grid: samples (mu, nu) [batch, 2 * points] of masses that sum to one to log v = g / epsilon
 * [batch, points], up to a constant a row.
 */
export function anyGridLogScaling<T>(
  algebra: Algebra<T>,
  sample: T,
  weight: WeightOf<T>,
  problem: GridProblem,
  spec: AnyGridSpec,
): T {
  const start = coarseStart(algebra, sample, problem, spec);
  const added = correction(algebra, start, weight, problem, spec);
  const { series, polynomial } = coefficientsOf(algebra, added, spec);
  const sum = { series: algebra.add(start.series, series), polynomial: algebra.add(start.polynomial, polynomial) };
  const h = synthesise(algebra, sum, problem, spec);
  return addLogMass(algebra, sample, algebra.mul(h, 1 / problem.epsilon), problem.size[0] * problem.size[1]);
}

/** The two kinds of coefficients in what the network puts out. */
export function coefficientsOf<T>(algebra: Algebra<T>, outputs: T, { cells }: AnyGridSpec): Coefficients<T> {
  return {
    series: algebra.columns(outputs, 0, cells ** 2),
    polynomial: algebra.columns(outputs, cells ** 2, MONOMIALS),
  };
}

/** What all pairs of a batch share, of order one [5]. */
function problemFeatures({ epsilon, size, sides }: GridProblem): Float32Array {
  const [h, w] = size;
  return Float32Array.of((Math.log(epsilon) + 4.6) / 2.3, 8 / h, 8 / w, ...sides);
}

/** [outputsOf(spec)] */
function outputGains({ cells }: AnyGridSpec): Float32Array {
  return Float32Array.from({ length: cells ** 2 + MONOMIALS }, (_, index) => {
    if (index >= cells ** 2) return CORRECTION;
    return CORRECTION / Math.hypot(1, Math.floor(index / cells), index % cells);
  });
}

/** Below this exp is zero in float32. */
const LEAST_EXPONENT = -87;

function elu<T>({ add, relu, exp, clip }: Algebra<T>, x: T): T {
  return add(relu(x), add(exp(clip(x, LEAST_EXPONENT, 0)), -1));
}

/** [cells, extent] */
function transposedCosines(extent: number, cells: number): Float32Array {
  const matrix = cosinesOf(extent, cells);
  return matrix.map((_, index) => matrix[(index % extent) * cells + Math.floor(index / extent)]);
}
