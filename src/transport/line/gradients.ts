import { linePotentials, type LinePotentials } from "./potentials.ts";
import { powerCost, powerSlope, type LineProblem } from "./problem.ts";
import { staircase } from "./staircase.ts";

/** In float64; those in masses are centred, as the total does not change. */
export interface LineGradients {
  /** [n] */
  readonly x: Float64Array;
  /** [m] */
  readonly y: Float64Array;
  /** f less its mean, [n] */
  readonly a: Float64Array;
  /** g less its mean, [m] */
  readonly b: Float64Array;
}

/** A dual optimum for the cost |x - y|^p, in the caller's order. */
export function potentialsOf(problem: LineProblem, p: number): LinePotentials {
  const { rows, columns } = problem;
  const { f, g } = linePotentials(problem, powerCost(p));
  const [first, second] = [new Float64Array(f.length), new Float64Array(g.length)];
  f.forEach((value, at) => (first[rows[at]] = value));
  g.forEach((value, at) => (second[columns[at]] = value));
  return { f: first, g: second };
}

/** Gradients of the value, in the caller's order; for the cost |x - y|^p. */
export function gradientsOf(problem: LineProblem, p: number): LineGradients {
  const slope = powerSlope(p);
  const [x, y] = [new Float64Array(problem.x.length), new Float64Array(problem.y.length)];
  const { rows, columns, masses } = staircase(problem, true);
  masses.forEach((mass, step) => {
    if (mass === 0) return;
    const [row, column] = [rows[step], columns[step]];
    const force = mass * slope(problem.x[row] - problem.y[column]);
    x[problem.rows[row]] += force;
    y[problem.columns[column]] -= force;
  });
  const { f, g } = potentialsOf(problem, p);
  return { x, y, a: centred(f), b: centred(g) };
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
