import type { Algebra } from "../layers/algebra.ts";
import { alongBothAxes } from "../layers/fixed-layer.ts";
import { columnsOf, gaussianCoefficients, linearMap, type Symmetric } from "../layers/gaussian.ts";
import { change } from "../layers/sinkhorn-iteration.ts";
import { axisKernel, centres, cosinesOf, monomialsOf, pooling } from "./axes.ts";
import type { GridProblem } from "./grid-problem.ts";
import { MONOMIALS, type AnyGridSpec } from "./spec.ts";

/** Where the potential comes from before the network corrects it, and what the network sees. All values are [batch, any]. */
export interface CoarseStart<T> {
  /** [batch, featuresOf(spec)] */
  readonly features: T;
  /** How far apart the marginals are [batch, 1]: the correction is proportional to it. */
  readonly distance: T;
  /** Coefficients of the Gaussian potential in y, x, yy, yx, xx [batch, 5]. */
  readonly polynomial: T;
  /** What the pooled iterations change in it, as cosine coefficients [batch, cells * cells]. */
  readonly series: T;
}

/** Mixed into the pooled masses, so that K never has to reach an empty cell from far away. */
const FLOOR = 1e-6;
/** Smallest K x that is told from zero: what underflows in float32 has no part in larger sums. */
const SMALLEST = 1e-30;
/** Bounds of what the network sees and adds: beyond them float32 has lost the value. */
const MOST_SHIFT = 2;
const MOST_FEATURE = 30;
/** Least distance of the marginals, squared. */
const LEAST_DISTANCE = 1e-8;
/** Factors that bring features to order one. */
const GAINS = { mean: 2, meanChange: 3, covariance: 5, logDistance: 0.3, residual: 10, shift: 3 } as const;

/**
 * Both marginals of a sample [batch, 2 * points] in the network's units, pooled to cells; the Gaussian potential; a few Sinkhorn
 * iterations on the cells from there. Nothing here is learned, and all of it is made of products with small matrices.
 */
export function coarseStart<T>(
  algebra: Algebra<T>,
  sample: T,
  problem: GridProblem,
  spec: AnyGridSpec,
): CoarseStart<T> {
  const { add, mul, div, sqrt, sum, clip, concat } = algebra;
  const { cells, modes } = spec;
  const pooled = pool(algebra, sample, problem, cells); // [batch, 2 * cells^2]
  const [mu, nu] = [0, 1].map((side) => algebra.columns(pooled, side * cells ** 2, cells ** 2));
  const gaussian = gaussianFeatures(algebra, sample, problem);
  const run = iterate(algebra, [mu, nu], gaussian.polynomial, problem, spec);

  const cosines = (count: number): T => algebra.constant(`cosines ${count}`, cells, () => cosinesOf(cells, count));
  const spectrum = (field: T, count: number): T =>
    alongBothAxes(algebra, field, [cosines(count), cosines(count)], [cells, cells], [count, count]);
  const [first, second] = [spectrum(mu, modes), spectrum(nu, modes)];
  const difference = algebra.sub(first, second);
  const distance = sqrt(add(sum(mul(difference, difference)), LEAST_DISTANCE));
  const mean = 1 / cells ** 2;
  const residual = run.epsilon * GAINS.residual * mean;
  const features = concat([
    mul(add(first, second), 0.5),
    div(difference, distance),
    div(mul(spectrum(run.secondChange, modes), residual), distance),
    div(mul(spectrum(run.firstChange, modes), residual), distance),
    div(mul(spectrum(run.shift, modes), GAINS.shift * mean), distance),
    gaussian.features,
    div(gaussian.differences, distance),
    mul(algebra.log(distance), GAINS.logDistance),
  ]);
  return {
    features: clip(features, -MOST_FEATURE, MOST_FEATURE),
    distance,
    polynomial: gaussian.polynomial,
    series: mul(spectrum(run.shift, cells), mean),
  };
}

/** Masses of the cells of both marginals [batch, 2 * cells^2]. */
function pool<T>(algebra: Algebra<T>, sample: T, { size }: GridProblem, cells: number): T {
  const [rows, columns] = size.map((extent) =>
    algebra.constant(`pool ${extent}`, extent, () => pooling(extent, cells)),
  );
  const pooled = alongBothAxes(algebra, sample, [rows, columns], size, [cells, cells]); // [batch * 2, cells^2]
  const floored = algebra.add(algebra.mul(pooled, 1 - FLOOR), FLOOR / cells ** 2);
  return algebra.reshape(floored, [-1, 2 * cells ** 2]);
}

interface GaussianFeatures<T> {
  /** Means (4), covariances (6) and the linear part S of the map (3). */
  readonly features: T;
  /** What vanishes where both marginals are one: the difference of the means (2), S - 1 (3). */
  readonly differences: T;
  readonly polynomial: T;
}

function gaussianFeatures<T>(algebra: Algebra<T>, sample: T, problem: GridProblem): GaussianFeatures<T> {
  const { sub, mul, add, concat } = algebra;
  const { size, sides } = problem;
  const moments = algebra.reshape(centredMoments(algebra, sample, problem), [-1, 10]);
  const [ay, ax, ayy, ayx, axx, by, bx, byy, byx, bxx] = columnsOf(algebra, moments, 10);
  const [pixelY, pixelX] = size.map((extent, axis) => (sides[axis] / extent) ** 2 / 12);
  const a: Symmetric<T> = [add(ayy, pixelY), ayx, add(axx, pixelX)];
  const b: Symmetric<T> = [add(byy, pixelY), byx, add(bxx, pixelX)];
  const map = linearMap(algebra, a, b, pixelY * pixelX);
  const [syy, syx, sxx] = map;
  const beyondIdentity: Symmetric<T> = [add(syy, -1), syx, add(sxx, -1)];
  return {
    features: concat([
      mul(concat([ay, ax, by, bx]), GAINS.mean),
      mul(concat([...a, ...b]), GAINS.covariance),
      concat([...beyondIdentity]),
    ]),
    differences: concat([mul(concat([sub(ay, by), sub(ax, bx)]), GAINS.meanChange), ...beyondIdentity]),
    polynomial: gaussianCoefficients(algebra, [ay, ax], [by, bx], map),
  };
}

/** Mean and covariance y, x, yy, yx, xx of each histogram [batch * 2, 5]; about the mean, as float32 needs for few pixels on a large grid. */
function centredMoments<T>(algebra: Algebra<T>, sample: T, { size, sides }: GridProblem): T {
  const { sub, mul, sum, reshape, swapAxes, matMul, constant } = algebra;
  const [h, w] = size;
  const [rows, columns] = size.map((extent, axis) => centres(extent, sides[axis]));
  const images = reshape(sample, [-1, h, w]);
  const massAndMean = Float32Array.from({ length: 2 * w }, (_, entry) => (entry % 2 === 0 ? 1 : columns[entry >> 1]));
  const ofRows = swapAxes(
    matMul(
      images,
      constant("row sums", w, () => massAndMean),
    ),
  ); // [batch * 2, 2, h]
  const [mass, first] = [0, 1].map((at) => algebra.columns(reshape(ofRows, [-1, 2 * h]), at * h, h));
  const ofColumns = matMul(
    swapAxes(images),
    constant("column sums", h, () => new Float32Array(h).fill(1)),
  );
  const massOfColumns = reshape(ofColumns, [-1, w]);
  const y = constant("rows", 1, () => Float32Array.from(rows));
  const x = constant("columns", 1, () => Float32Array.from(columns));
  const meanY = sum(mul(y, mass));
  const meanX = sum(mul(x, massOfColumns));
  const [offY, offX] = [sub(y, meanY), sub(x, meanX)];
  return algebra.concat([
    meanY,
    meanX,
    sum(mul(mul(offY, offY), mass)),
    sum(mul(offY, sub(first, mul(mass, meanX)))),
    sum(mul(mul(offX, offX), massOfColumns)),
  ]);
}

interface CoarseRun<T> {
  /** In the network's units. */
  readonly epsilon: number;
  /** What all iterations changed in the potential, in the network's units, mean zero. */
  readonly shift: T;
  /** What the last iteration changed in log v, and what the next half step will change in log u; mean zero under the masses. */
  readonly secondChange: T;
  readonly firstChange: T;
}

/** Sinkhorn iterations on the cells [batch, cells^2] from a polynomial potential, on scalings in KL form: u = 1 / K(nu v), v = 1 / K(mu u). */
function iterate<T>(
  algebra: Algebra<T>,
  [mu, nu]: readonly T[],
  polynomial: T,
  { sides, epsilon }: GridProblem,
  { cells, iterations, leastEpsilon }: AnyGridSpec,
): CoarseRun<T> {
  const { sub, mul, div, exp, log, clip } = algebra;
  const own = Math.max(epsilon, leastEpsilon);
  const [rowKernel, columnKernel] = sides.map((side, axis) =>
    algebra.constant(`kernel ${axis}`, cells, () => axisKernel(cells, side, own)),
  );
  const [rows, columns] = sides.map((side) => centres(cells, side));
  const monomials = algebra.constant("cell monomials", MONOMIALS, () => monomialsOf(rows, columns));
  const one = algebra.constant("one", 1, () => Float32Array.of(1));
  const inverse = (masses: T, scaling: T): T => {
    const product = alongBothAxes(
      algebra,
      mul(masses, scaling),
      [rowKernel, columnKernel],
      [cells, cells],
      [cells, cells],
    );
    return div(one, clip(product, SMALLEST, Number.MAX_SAFE_INTEGER));
  };
  const start = mul(algebra.matMul(polynomial, monomials), 1 / own);
  let v = exp(sub(start, algebra.maxWithoutGradient(start)));
  let [u, before] = [v, v];
  for (let iteration = 0; iteration < iterations; iteration++) {
    before = v;
    u = inverse(nu, v);
    const next = inverse(mu, u);
    v = clip(div(next, algebra.maxWithoutGradient(next)), SMALLEST, 1);
  }
  const after = log(v);
  const shift = mul(sub(after, start), own);
  return {
    epsilon: own,
    shift: clip(sub(shift, algebra.mean(shift)), -MOST_SHIFT, MOST_SHIFT),
    secondChange: change(algebra, after, log(clip(before, SMALLEST, 1)), nu),
    firstChange: change(algebra, log(inverse(nu, v)), log(u), mu),
  };
}
