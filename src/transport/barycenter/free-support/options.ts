import type { Points } from "../../../geometry/points.ts";
import type { NdArray, Numbers } from "../../../tensor/ndarray.ts";
import type { BarycenterStatus } from "../report.ts";

export interface FreeSupportOptions {
  /** Of the clouds [S], >= 0; divided by their sum. @default equal ones */
  readonly weights?: Numbers;
  /** Masses of each cloud's points, S arrays [M_s], >= 0, each divided by its sum. @default equal ones */
  readonly masses?: readonly Numbers[];
  /** Points of the barycenter, drawn from the clouds' by weight and mass. One of `points` and `support` is there. */
  readonly points?: number;
  /** Where the points of the barycenter start [N, d]. */
  readonly support?: Points;
  /** Masses of the barycenter's points [N], >= 0; divided by their sum. @default equal ones */
  readonly supportMasses?: Numbers;
  /** Let these masses move, too? @default false */
  readonly learnMasses?: boolean;
  /** Strength of the entropy, in squared units of the coordinates. Without it transport is exact. */
  readonly epsilon?: number | undefined;
  /** Under Sinkhorn divergences, which do not draw the points together as entropy does. Needs an epsilon. @default false */
  readonly debiased?: boolean;
  /** Steps of the points, each with a transport to every cloud. @default 100 */
  readonly maxIterations?: number;
  /**
   * Stops where the points' mean move (root of the mean square by mass) is at or below this share of the clouds' extent (root of the
   * mean square distance from their mean). @default 1e-7
   */
  readonly tolerance?: number;
  /** Of each entropic transport, see `sinkhornHost`. @default 1e-9 */
  readonly innerTolerance?: number;
  /** @default 10000 */
  readonly innerMaxIterations?: number;
  /** Of the points that are drawn. @default 0 */
  readonly seed?: number;
}

export interface FreeSupportBarycenter {
  /** [N, d] */
  readonly support: NdArray<Float64Array>;
  /** [N], of sum 1. */
  readonly masses: Float64Array;
  /** sum_s w_s OT(barycenter, cloud s) of the support before each step, in squared units of the coordinates; divergences if debiased. */
  readonly objectives: readonly number[];
  /** Steps carried out. */
  readonly iterations: number;
  /** The last move, see `tolerance`; with `learnMasses` the sum of the masses' changes, if that is more. */
  readonly error: number;
  /** `non-finite`: a transport has failed, and the support is that before the step. */
  readonly status: BarycenterStatus;
}
