import { passAxes } from "../axis-pass.ts";
import { EXPONENTIAL, type KernelCost } from "../cost.ts";
import { rowParts } from "../parts.ts";
import { iterationsAtOnce, MOST_MULTIPLICATIONS, multiplications, type GridProblem, type GridRun } from "./run.ts";
import { isLogDomain } from "./solve-large.ts";
import { pairThreads } from "./solve-pairs.ts";

type FixedGridRun = Pick<GridRun, "iterations" | "domain">;

/** Of so many iterations of balanced pairs, none of which leaves the domain: by `solvePairs` or `solveLarge`. */
export function gridCost(problem: GridProblem, run: FixedGridRun, pairs: number): KernelCost {
  const { size, spacing, epsilon } = problem;
  const { iterations } = run;
  const points = size.reduce((product, extent) => product * extent, 1);
  const products = multiplications(passAxes(size, spacing, epsilon));
  const parts = rowParts(pairs, points).length;
  const dimension = size.filter((extent) => extent > 1).length;
  const isSmall = pairThreads(size) !== undefined;
  const isLog = isSmall ? run.domain === "log" : isLogDomain(problem, run);
  // along each axis logarithms are exponentiated, summed and taken again
  const pointwise = isLog ? 2 * EXPONENTIAL * dimension : 1;
  const operations = 2 * iterations * pairs * (2 * products + pointwise * points);
  if (isSmall) {
    const each = iterationsAtOnce({ ...run, checkEvery: 0 }, 2 * pairs * products, MOST_MULTIPLICATIONS);
    const launches = Math.ceil(iterations / each);
    // of a launch: a, b and the products of the last one in, theirs out
    return { launches: launches * parts, bytes: 4 * 6 * launches * pairs * points, operations };
  }
  const ofEnds = 3; // the start, and a potential a side: 1 and 3 numbers a point
  const bytes = 2 * iterations * (8 * dimension + 4) + 4 * (1 + 3 + 3);
  return { launches: parts * (2 * iterations * dimension + ofEnds), bytes: bytes * pairs * points, operations };
}
