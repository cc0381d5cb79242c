import { InputError, OptionError } from "../../../errors.ts";
import { checkEpsilon, requireOptions } from "../../../geometry/checks.ts";
import { pointsOf, type Points } from "../../../geometry/points.ts";
import { float64Of, ndarray, type NdArray, type Numbers } from "../../../tensor/ndarray.ts";
import { Random } from "../../../tensor/random.ts";
import type { FreeSupportOptions } from "./options.ts";

/** Points with masses of sum 1. */
export interface Measure {
  /** [M, d] */
  readonly points: NdArray<Float64Array>;
  /** [M] */
  readonly masses: Float64Array;
}

/** A checked problem, in float64. */
export interface FreeSupportProblem {
  readonly clouds: readonly Measure[];
  /** [S], of sum 1. */
  readonly weights: Float64Array;
  readonly start: Measure;
  /** Root of the mean square distance of the clouds' points from their mean, by weight and mass. */
  readonly extent: number;
}

/** Throws InputError for anything that is no problem. */
export function checkFreeSupport(clouds: readonly Points[], options: FreeSupportOptions): FreeSupportProblem {
  if (!Array.isArray(clouds) || clouds.length === 0) {
    throw new InputError("free-support barycenter: expected an array of clouds [points, dimension], got none");
  }
  requireOptions(options, "points: 10");
  checkCounts(options);
  const { masses, weights, points, support, supportMasses, seed = 0 } = options;
  if (masses && masses.length !== clouds.length) {
    throw new OptionError("masses", `expected one array for each of ${clouds.length} clouds, got ${masses.length}`);
  }
  const measures = clouds.map((cloud, s) => {
    const checked = checkPoints(cloud, `cloud ${s}`);
    return { points: checked, masses: shares(masses?.[s], checked.shape[0], `masses of cloud ${s}`) };
  });
  const dimension = measures[0].points.shape[1];
  const other = measures.findIndex((measure) => measure.points.shape[1] !== dimension);
  if (other > 0) {
    const got = measures[other].points.shape[1];
    throw new InputError(
      `free-support barycenter: cloud 0 has points of dimension ${dimension}, cloud ${other} of ${got}; make them equal`,
    );
  }
  const lambda = shares(weights, clouds.length, "weights");
  if ((points === undefined) === (support === undefined)) {
    throw new OptionError("points", "expected one of `points` (how many) and `support` (where they start)");
  }
  const startPoints = support
    ? checkPoints(support, "support", dimension)
    : drawn(measures, lambda, points!, Random.fromSeed(seed));
  const startMasses = shares(supportMasses, startPoints.shape[0], "supportMasses");
  return {
    clouds: measures,
    weights: lambda,
    start: { points: startPoints, masses: startMasses },
    extent: extentOf(measures, lambda),
  };
}

function checkCounts({ points, epsilon, debiased, maxIterations, tolerance }: FreeSupportOptions): void {
  if (epsilon !== undefined) checkEpsilon(epsilon);
  if (debiased && epsilon === undefined) {
    throw new OptionError("debiased", "exact transport has no bias to take away; give an epsilon or leave it out");
  }
  for (const [name, count] of Object.entries({ points, maxIterations })) {
    if (count === undefined || (Number.isInteger(count) && count >= 1)) continue;
    throw new OptionError(name, `expected a whole number of at least 1, got ${count}`);
  }
  if (!(tolerance === undefined || tolerance >= 0)) {
    throw new OptionError("tolerance", `expected a number of at least 0, got ${tolerance}`);
  }
}

function checkPoints(given: Points, name: string, dimension?: number): NdArray<Float64Array> {
  const points = pointsOf(given, name, "free-support barycenter");
  if (dimension === undefined || points.shape[1] === dimension) return points;
  throw new InputError(
    `free-support barycenter: expected ${name} as [points, ${dimension}], got [${points.shape.join(", ")}]`,
  );
}

/** Numbers >= 0, divided by their sum; equal ones if there are none. */
function shares(given: Numbers | undefined, length: number, name: string): Float64Array {
  const values = given ? float64Of(given, name) : new Float64Array(length).fill(1);
  if (values.length !== length) throw new InputError(`${name}: expected ${length} numbers, got ${values.length}`);
  const bad = values.find((value) => !(value >= 0 && value < Infinity));
  const total = values.reduce((sum, value) => sum + value, 0);
  if (bad !== undefined || !(total > 0 && total < Infinity)) {
    throw new InputError(`${name}: expected numbers >= 0, not all 0, got ${bad ?? `a sum of ${total}`}`);
  }
  return values.map((value) => value / total);
}

/** A share of the extent by which drawn points are moved, so that no two are the same: they would stay together. */
const JITTER = 1e-3;

function drawn(
  clouds: readonly Measure[],
  weights: Float64Array,
  count: number,
  random: Random,
): NdArray<Float64Array> {
  const dimension = clouds[0].points.shape[1];
  const step = JITTER * extentOf(clouds, weights);
  const data = new Float64Array(count * dimension);
  for (let point = 0; point < count; point++) {
    const cloud = clouds[pick(weights, random)];
    const row = pick(cloud.masses, random);
    for (let axis = 0; axis < dimension; axis++) {
      data[point * dimension + axis] = cloud.points.data[row * dimension + axis] + step * random.normal();
    }
  }
  return ndarray(data, [count, dimension]);
}

/** An index, drawn by shares. */
function pick(shares: Float64Array, random: Random): number {
  let left = random.uniform();
  for (let index = 0; index < shares.length; index++) {
    left -= shares[index];
    if (left < 0) return index;
  }
  return shares.findLastIndex((share) => share > 0);
}

function extentOf(clouds: readonly Measure[], weights: Float64Array): number {
  const dimension = clouds[0].points.shape[1];
  let square = 0;
  for (let axis = 0; axis < dimension; axis++) {
    let mean = 0;
    let second = 0;
    clouds.forEach(({ points, masses }, s) => {
      masses.forEach((mass, row) => {
        const value = points.data[row * dimension + axis];
        mean += weights[s] * mass * value;
        second += weights[s] * mass * value * value;
      });
    });
    square += Math.max(0, second - mean * mean);
  }
  return Math.sqrt(square);
}
