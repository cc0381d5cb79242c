import type { HostKernelOptions } from "../../../geometry/geometry.ts";
import type { LogMean } from "./mean.ts";
import type { ResolvedOptions } from "../options.ts";

/** The barycenter of all atoms for one row of weights, in float64. Arrays are not copied and not changed. */
export interface PointProblem {
  /** S arrays [M]. */
  readonly atoms: readonly Float64Array[];
  /** The largest of their masses. */
  readonly mass: number;
  /** [S] */
  readonly weights: Float64Array;
  /** Log-scalings to start from, of `logScalingShape` without B; 1 everywhere if absent. */
  readonly start: Float64Array | undefined;
}

/**
 * Carries out the operator and its adjoint for one data point after the other; this is the part that a native engine
 * replaces. Both calls answer false where numbers left the range in which this engine is exact; its results are then
 * worthless and another engine has to take over.
 */
export interface PointEngine {
  /** Leaves the barycenter in `barycenter` [N]. With a tolerance it ends where the error is at or below it. */
  forward(problem: PointProblem): boolean;
  /** Iterations carried out. */
  readonly iterations: number;
  /** The error after `forward`, see `BarycenterReport`: for one more product an atom. */
  error(problem: PointProblem): number;
  readonly barycenter: Float64Array;
  /** Writes the final log-scalings after `forward`, as those of a start; log 0 as `LOG_ZERO`. */
  readLogScalings(out: Float64Array): void;
  /** After `forward`, from d loss / d barycenter [N]; leaves its results in the two arrays below. */
  backward(problem: PointProblem, gradient: Float64Array): boolean;
  /** S arrays [M]. */
  readonly gradientAtoms: readonly Float64Array[];
  /** [S] */
  readonly gradientWeights: Float64Array;
}

export interface EngineSettings {
  readonly options: ResolvedOptions;
  readonly mean: LogMean;
  readonly atoms: number;
  /** N of the barycenter and M of the atoms. */
  readonly points: number;
  readonly atomPoints: number;
  readonly byteLimit: number;
}

/** True if no entry is NaN or infinite. */
export function allFinite(arrays: readonly Float64Array[]): boolean {
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  }
  return true;
}

export interface HostSettings {
  /** Cut-off of the kernel. */
  readonly precision: NonNullable<HostKernelOptions["precision"]>;
  /** Memory for the iterations of one data point, in bytes. */
  readonly byteLimit: number;
}
