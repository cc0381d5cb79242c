import { SmallBfgs } from "./small-bfgs.ts";

/** Losses [rows] and gradients [rows, S] of some of the problems, at their variables [rows, S]. */
export type EachObjective = (
  rows: Int32Array,
  x: Float64Array,
) => Promise<{ readonly losses: Float64Array; readonly gradients: Float64Array }>;

export interface MinimizeEachOptions {
  /** Most evaluations of a problem, the first included. */
  readonly evaluations: number;
  /** A problem ends where its next step promises to lower the loss by less than this share of it. */
  readonly tolerance: number;
  /**
   * The inverse of the curvature at the start of a problem [S, S], at x [S]: its first step is then a Newton step. Without it a step
   * of half a unit comes first, and the curvature that it meets scales the next.
   */
  readonly inverseCurvature?: (x: Float64Array) => Float64Array | undefined;
}

export interface EachMinimum {
  /** [M, S] */
  readonly x: Float64Array;
  /** [M] */
  readonly losses: Float64Array;
  /** Of single problems, all together. */
  readonly evaluations: number;
  /** Problems that ended by the tolerance. */
  readonly converged: number;
}

/** Sufficient decrease of a step, as a share of what its slope promises. */
const DECREASE = 1e-4;
/** A step that is shorter than this share of its direction ends the problem. */
const SHORTEST = 1e-3;

/**
 * Minimises M independent problems of S variables each, all by their own BFGS steps (Nocedal & Wright, "Numerical Optimization",
 * equation 6.17; backtracking by interpolation). They share evaluations and nothing else: a common line search would take the step that
 * suits their sum, and wait for the slowest. A problem that is done is not evaluated any more.
 */
export async function minimizeEach(
  objective: EachObjective,
  start: Float64Array,
  size: number,
  { evaluations: most, tolerance, inverseCurvature }: MinimizeEachOptions,
): Promise<EachMinimum> {
  const count = start.length / size;
  const x = start.slice();
  let rows = Int32Array.from({ length: count }, (_, row) => row);
  const first = await objective(rows, x);
  const losses = first.losses.slice();
  const states = Array.from(rows, (row) => {
    const own = x.subarray(row * size, (row + 1) * size);
    return new SmallBfgs(first.gradients.slice(row * size, (row + 1) * size), inverseCurvature?.(own));
  });
  let evaluations = count;
  let converged = 0;
  const goesOn = (row: number): boolean => {
    if (!Number.isFinite(losses[row]) || states[row].length < SHORTEST) return false;
    if (-states[row].slope > tolerance * Math.abs(losses[row])) return true;
    converged++;
    return false;
  };

  rows = rows.filter(goesOn);
  for (let round = 1; round < most && rows.length > 0; round++) {
    const trials = new Float64Array(rows.length * size);
    rows.forEach((row, k) => {
      const { direction, length } = states[row];
      for (let s = 0; s < size; s++) trials[k * size + s] = x[row * size + s] + length * direction[s];
    });
    const found = await objective(rows, trials);
    evaluations += rows.length;
    rows.forEach((row, k) => {
      const state = states[row];
      const loss = found.losses[k];
      if (!(loss <= losses[row] + DECREASE * state.length * state.slope)) return state.shorten(loss - losses[row]);
      losses[row] = loss;
      x.set(trials.subarray(k * size, (k + 1) * size), row * size);
      state.accept(found.gradients.slice(k * size, (k + 1) * size));
    });
    rows = rows.filter(goesOn);
  }
  return { x, losses, evaluations, converged };
}
