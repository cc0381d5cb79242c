import { passAxes } from "../axis-pass.ts";
import { EXPONENTIAL, type KernelCost } from "../cost.ts";
import { rowParts } from "../parts.ts";
import { multiplications, type GridProblem, type GridRun } from "./run.ts";
import { iterationsOfLaunch, pairThreads } from "./solve-pairs.ts";

/** Of a point in a launch: a, b and the scalings of the last one in, theirs out. */
const NUMBERS_A_POINT = 6;

/**
 * Of `solvePairs`, where no pair ends before the most iterations and none goes over to logarithms; undefined where a grid fits no
 * workgroup. Logarithms are exponentiated, summed and taken again along each axis.
 */
export function gridPairsCost(problem: GridProblem, run: GridRun, pairs: number): KernelCost | undefined {
  const { size, spacing, epsilon } = problem;
  if (!pairThreads(size)) return undefined;
  const points = size.reduce((product, extent) => product * extent, 1);
  const products = multiplications(passAxes(size, spacing, epsilon));
  const halves = run.isSymmetric ? 1 : 2;
  const rounds = Math.ceil(run.iterations / iterationsOfLaunch(run, pairs * products * halves));
  const pointwise = run.domain === "log" ? size.length * 2 * EXPONENTIAL : 1;
  return {
    launches: rounds * rowParts(pairs, points).length,
    bytes: 4 * NUMBERS_A_POINT * rounds * pairs * points,
    operations: run.iterations * halves * pairs * (2 * products + pointwise * points),
  };
}
