import { OptionError } from "../../errors.ts";
import { requireOptions } from "../../geometry/checks.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import { checkCount, checkTolerance, requireThat } from "../sinkhorn/options.ts";

export interface LowRankOptions {
  /** Rank of the coupling, at most the points of the smaller side. */
  readonly rank: number;
  /** Strength of the entropy of the three factors, in cost units. @default 0 */
  readonly epsilon?: number;
  /** Length of the steps of mirror descent, relative to the largest entry of the gradient. @default 30 */
  readonly gamma?: number;
  /** `kmeans` needs points; `auto` takes it where there are some, and random ones after the first. @default "auto" */
  readonly start?: "auto" | "kmeans" | "random";
  /** So many starts, with seeds that follow each other, take 50 steps each; the best one goes on. Their minima differ by some percent. @default 3 */
  readonly starts?: number;
  /** Of the first start. @default 0 */
  readonly seed?: number;
  /** At most so many steps. @default 1000 */
  readonly maxIterations?: number;
  /**
   * Stop when ten steps together have lowered the objective by less than this share of it, which is then what status `converged`
   * means: a local minimum, as the problem is not convex.
   * @default 1e-5
   */
  readonly tolerance?: number;
}

export type ResolvedLowRank = Required<LowRankOptions>;

/** The options with their defaults. Throws OptionError. */
export function resolveLowRank(options: LowRankOptions, { shape, coordinates }: Geometry): ResolvedLowRank {
  requireOptions(options, "rank: 10");
  const {
    rank,
    epsilon = 0,
    gamma = 30,
    start = "auto",
    starts = 3,
    seed = 0,
    maxIterations = 1000,
    tolerance = 1e-5,
  } = options;
  const most = Math.min(...shape);
  requireThat(Number.isInteger(rank) && rank >= 1 && rank <= most, "rank", `an integer from 1 to ${most}`, rank);
  requireThat(
    typeof epsilon === "number" && epsilon >= 0 && epsilon < Infinity,
    "epsilon",
    "a finite number >= 0",
    epsilon,
  );
  requireThat(typeof gamma === "number" && gamma > 0 && gamma < Infinity, "gamma", "a positive finite number", gamma);
  requireThat(["auto", "kmeans", "random"].includes(start), "start", "auto, kmeans or random", start);
  checkCount(starts, "starts");
  checkCount(maxIterations, "maxIterations");
  checkTolerance(tolerance, "tolerance");
  if (start === "kmeans" && !coordinates) {
    throw new OptionError("start", "kmeans needs points, and the cost is a matrix; take random");
  }
  return { rank, epsilon, gamma, start, starts, seed, maxIterations, tolerance };
}
