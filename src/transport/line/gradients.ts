import { linePotentials, type LinePotentials } from "./potentials.ts";
import { powerCost, powerSlope, type LineProblem } from "./problem.ts";

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

/** Of the cost of the monotone plan for |x - y|^p in the points, in the caller's order. */
export function pointGradients(problem: LineProblem, p: number): Pick<LineGradients, "x" | "y"> {
  const slope = powerSlope(p);
  const { x, y, upToX, upToY, rows, columns } = problem;
  const [n, m] = [x.length, y.length];
  const [ofX, ofY] = [new Float64Array(n), new Float64Array(m)];
  let [row, column, done] = [0, 0, 0];
  while (row < n && column < m) {
    const [ofRow, ofColumn] = [upToX[row], upToY[column]];
    const next = ofRow < ofColumn ? ofRow : ofColumn;
    if (next > done) {
      const force = (next - done) * slope(x[row] - y[column]);
      ofX[rows[row]] += force;
      ofY[columns[column]] -= force;
      done = next;
    }
    if (ofRow <= ofColumn) row++;
    if (ofColumn <= ofRow) column++;
  }
  return { x: ofX, y: ofY };
}

/** In the masses: the potentials less their means, in the caller's order. */
export function massGradients(problem: LineProblem, p: number): Pick<LineGradients, "a" | "b"> {
  const { f, g } = potentialsOf(problem, p);
  return { a: centred(f), b: centred(g) };
}

/** Gradients that are computed when they are first looked at. */
export function lazyGradients(
  ofPoints: () => Pick<LineGradients, "x" | "y">,
  ofMasses: () => Pick<LineGradients, "a" | "b">,
): LineGradients {
  let points: ReturnType<typeof ofPoints> | undefined;
  let masses: ReturnType<typeof ofMasses> | undefined;
  const pointsOnce = () => (points ??= ofPoints());
  const massesOnce = () => (masses ??= ofMasses());
  return {
    get x() {
      return pointsOnce().x;
    },
    get y() {
      return pointsOnce().y;
    },
    get a() {
      return massesOnce().a;
    },
    get b() {
      return massesOnce().b;
    },
  };
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
