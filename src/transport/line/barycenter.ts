import { InputError } from "../../errors.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import { checkMasses, checkTotals } from "../histograms.ts";
import { ascendingOrder } from "./order.ts";
import { coordinatesOf } from "./problem.ts";
import { upTo } from "./staircase.ts";

/** Points of the line with masses. */
export interface LineMeasure {
  /** [n] */
  readonly x: Numbers;
  /** [n], of the same total in all measures. @default equal masses, of the total of the first that has some, or 1 */
  readonly a?: Numbers | undefined;
}

export interface LineBarycenter {
  /** Ascending, at most the sum of the points of all measures. */
  readonly x: Float64Array;
  readonly a: Float64Array;
}

/** Quantiles that differ by less than this share of the total are the same. */
const SAME = 2 ** -45;

/**
 * The Wasserstein barycenter for the cost (x - y)^2 of measures on the line, exactly: its quantile function is the weighted mean of
 * theirs (Agueh and Carlier 2011). Where equally many points have equal masses, it is the mean of the sorted points.
 *
 * @param weights One a measure, >= 0, which are normalised. Equal by default. Throws InputError.
 */
export function barycenter1d(measures: readonly LineMeasure[], weights?: Numbers): LineBarycenter {
  if (!Array.isArray(measures) || measures.length === 0) {
    throw new InputError("barycenter1d: expected a list of measures { x, a }, got none");
  }
  const shares = sharesOf(weights, measures.length);
  const masses = measures.map(({ a }, at) => (a === undefined ? a : float64Of(a, `measure ${at}: masses`)));
  const points = measures.map(({ x }, at) => coordinatesOf(x, `measure ${at}: points`));
  const totals = masses.map((given, at) => given && checkMasses(given, points[at].length, `of measure ${at}`));
  const total = totals.find((given) => given !== undefined) ?? 1;
  for (const given of totals) if (given !== undefined) checkTotals(total, given);
  const sorted = points.map((x, at) => {
    const order = ascendingOrder(x);
    return { x: Float64Array.from(order, (index) => x[index]), upTo: upTo(masses[at], order, total), at: 0 };
  });

  const [x, a]: [number[], number[]] = [[], []];
  let done = 0;
  while (sorted.every((measure) => measure.at < measure.x.length)) {
    const next = Math.min(...sorted.map((measure) => measure.upTo[measure.at]));
    if (next > done) {
      x.push(sorted.reduce((sum, measure, s) => sum + shares[s] * measure.x[measure.at], 0));
      a.push(next - done);
      done = next;
    }
    for (const measure of sorted) if (measure.upTo[measure.at] <= next + SAME * total) measure.at++;
  }
  return { x: Float64Array.from(x), a: Float64Array.from(a) };
}

function sharesOf(weights: Numbers | undefined, count: number): Float64Array {
  if (weights === undefined) return new Float64Array(count).fill(1 / count);
  const given = float64Of(weights, "weights");
  const total = checkMasses(given, count, "(weights)");
  return given.map((weight) => weight / total);
}
