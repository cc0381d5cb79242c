import type { LearnedInitializer } from "../../models/sinkinit/initializer.ts";
import { pause } from "../../src/event-loop.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { meanAndDeviation, type MeanAndDeviation } from "../metrics/mean-and-deviation.ts";
import { ConvergenceMeter, type Convergence } from "./convergence.ts";
import type { Pairs } from "./pairs.ts";
import { startsOf, type Starts } from "./starts.ts";

/** What one way to start came to on all pairs. Iterations that the start itself runs are counted everywhere. */
export interface MethodFigures {
  readonly name: string;
  /** One a pair. */
  readonly iterationsToCost: Float64Array;
  readonly iterationsToViolation: Float64Array;
  readonly errorsAfterTwo: Float64Array;
  readonly violationsAfterTwo: Float64Array;
  readonly toCost: MeanAndDeviation;
  readonly toViolation: MeanAndDeviation;
  readonly medianErrorAfterTwo: number;
  /** Means over the pairs after 1..CURVE iterations. */
  readonly meanErrors: Float64Array;
  readonly meanViolations: Float64Array;
  /**
   * A pair, from the start (its own time included) to 1% of the transport cost, by the float64 solver of the host on one thread. Times of
   * the addon, in batches: `otlearn bench starts`.
   */
  readonly milliseconds: number;
  /** Of it, the start alone. */
  readonly startMilliseconds: number;
}

/** The least number of iterations that every start has made, those inside a network among them. */
const EARLY = 2;

/** Iterations of the curves, as in the paper's figures. */
const CURVE = 30;

/** Sinkhorn from the learned start, from ones and from the Gaussian start on pairs of images (see `imagePairs`). */
export async function compareStarts(
  learned: LearnedInitializer,
  pairs: Pairs,
  geometry: Geometry,
  epsilon: number,
): Promise<MethodFigures[]> {
  const points = pairs.mu.shape[1];
  const meter = new ConvergenceMeter(geometry, epsilon);
  const problems = problemsOf(pairs);
  const optima: number[] = [];
  for (const problem of problems) {
    optima.push(meter.optimum(problem));
    await pause(); // lets signals and timers have their turn
  }
  const figures: MethodFigures[] = [];
  for (const starts of await startsOf(learned, pairs, geometry, epsilon)) {
    const found: Convergence[] = [];
    for (const [index, problem] of problems.entries()) {
      found.push(meter.measure(problem, startOf(starts, index, points), optima[index], CURVE));
      await pause();
    }
    figures.push(figuresOf(starts, found, timePerPair(meter, problems, starts, found)));
  }
  return figures;
}

function problemsOf({ mu, nu }: Pairs) {
  const [count, points] = mu.shape;
  return Array.from({ length: count }, (_, index) => {
    const [start, end] = [index * points, (index + 1) * points];
    return { mu: mu.data.subarray(start, end), nu: nu.data.subarray(start, end) };
  });
}

function startOf({ potentials }: Starts, index: number, points: number): Float64Array {
  return potentials.subarray(index * points, (index + 1) * points);
}

/** Milliseconds of exactly the iterations that each pair needs, without measuring errors. */
function timePerPair(
  meter: ConvergenceMeter,
  problems: ReturnType<typeof problemsOf>,
  starts: Starts,
  found: readonly Convergence[],
): number {
  const began = performance.now();
  problems.forEach((problem, index) => {
    meter.run(problem, startOf(starts, index, problem.mu.length), found[index].iterationsToCost);
  });
  return (performance.now() - began) / problems.length;
}

function figuresOf(starts: Starts, found: readonly Convergence[], iterating: number): MethodFigures {
  const each = (value: (one: Convergence) => number): Float64Array => Float64Array.from(found, value);
  const { iterations: own } = starts;
  // Before its own iterations are over a start has no error to show.
  const meanCurve = (curve: (one: Convergence) => Float64Array): Float64Array =>
    Float64Array.from({ length: CURVE }, (_, l) =>
      l < own ? NaN : meanAndDeviation(each((one) => curve(one)[l - own])).mean,
    );
  const iterationsToCost = each((one) => own + one.iterationsToCost);
  const iterationsToViolation = each((one) => own + one.iterationsToViolation);
  const errorsAfterTwo = each(({ relativeErrors }) => relativeErrors[EARLY - own - 1]);
  return {
    name: starts.name,
    iterationsToCost,
    iterationsToViolation,
    errorsAfterTwo,
    violationsAfterTwo: each(({ violations }) => violations[EARLY - own - 1]),
    toCost: meanAndDeviation(iterationsToCost),
    toViolation: meanAndDeviation(iterationsToViolation),
    medianErrorAfterTwo: median(errorsAfterTwo),
    meanErrors: meanCurve(({ relativeErrors }) => relativeErrors),
    meanViolations: meanCurve(({ violations }) => violations),
    milliseconds: iterating + starts.milliseconds,
    startMilliseconds: starts.milliseconds,
  };
}

function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
