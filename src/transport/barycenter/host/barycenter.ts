import type { HostKernelOptions } from "../../../geometry/geometry.ts";
import { rowOf, toFloat64, type NdArray } from "../../../tensor/ndarray.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../options.ts";
import { atOnce } from "../pieces.ts";
import { checkInputs, checkShape, type BarycenterProblem } from "../problem.ts";
import { checkBarycenters } from "../result.ts";
import { HostRun, type BarycenterLoss } from "./run.ts";

/** Bytes for the iterations of one data point, see `Trajectory`. */
export const BYTE_LIMIT = 2 ** 28;

export interface HostBarycenterOptions extends BarycenterOptions {
  /**
   * Cut-off of the kernel. `float64` agrees with a dense float64 kernel to 1e-12, `float32` to 1e-7 at a third of the
   * work on a grid.
   * @default "float64"
   */
  readonly precision?: NonNullable<HostKernelOptions["precision"]>;
  /**
   * Memory for the iterations of one data point, in bytes; above it they are recomputed in segments (see `Trajectory`).
   * @default 2^28
   */
  readonly byteLimit?: number;
}

export interface HostBarycenters {
  /** P [B, N]. After finitely many iterations their mass is slightly below that of the atoms. */
  readonly barycenters: NdArray<Float64Array>;
  /** Final log-scalings [B, sides, S, N] for a warm start: log b, and log a as a second side with heavy-ball. */
  readonly logScalings: NdArray<Float64Array>;
}

export interface BarycenterGradients {
  /** [S, N] */
  readonly gradientAtoms: NdArray<Float64Array>;
  /** [B, S] */
  readonly gradientWeights: NdArray<Float64Array>;
}

/**
 * Wasserstein barycenters of the atoms, one a row of weights, by a fixed number of Sinkhorn iterations in float64 on the
 * host (Schmitz et al. 2018, equations 6 to 8). One data point at a time: besides inputs and outputs it needs
 * 8 F L S N bytes, F = 5 (see `Trajectory`). `backward` maps d loss / d P [B, N] to the gradients and computes the
 * iterations again; `hostBarycenterGradient` does not have to.
 *
 * Domain `auto` runs a data point in the scaling domain and checks each kernel product for the relative accuracy that
 * `precision` stands for; a point that leaves the range is done again with the longer float64 band, then in the log
 * domain, forward and adjoint alike. Domain `scaling` does not check.
 *
 * Float64 arrays are not copied: leave them unchanged until `backward`. Throws InputError for shapes that do not match and
 * for values that are not masses or weights, RunError for a result without mass or not finite.
 */
export function hostBarycenter(
  problem: BarycenterProblem,
  options: HostBarycenterOptions,
): HostBarycenters & { backward(gradient: NdArray): BarycenterGradients } {
  const run = hostRun(problem, options);
  atOnce(run.forward());
  checkBarycenters(run.barycenters, problem.atoms, resolveBarycenterOptions(options));
  return {
    barycenters: run.barycenters,
    logScalings: run.logScalings,
    backward(gradient) {
      const { data, shape } = toFloat64(gradient);
      checkShape("gradient", shape, run.barycenters.shape);
      const copyRow: BarycenterLoss = (point, _, out) => out.set(rowOf(data, shape[1], point));
      const { atoms, weights } = atOnce(hostRun(problem, options).withGradient(copyRow));
      return { gradientAtoms: atoms, gradientWeights: weights };
    },
  };
}

/**
 * Barycenters and the gradients of a loss of them in one pass: forward, loss and adjoint point by point, so that nothing
 * is computed twice and only one point's iterations are in memory.
 */
export function hostBarycenterGradient(
  problem: BarycenterProblem,
  options: HostBarycenterOptions,
  loss: BarycenterLoss,
): HostBarycenters & BarycenterGradients {
  const run = hostRun(problem, options);
  const { atoms, weights } = atOnce(run.withGradient(loss));
  checkBarycenters(run.barycenters, problem.atoms, resolveBarycenterOptions(options));
  return {
    barycenters: run.barycenters,
    logScalings: run.logScalings,
    gradientAtoms: atoms,
    gradientWeights: weights,
  };
}

function hostRun(problem: BarycenterProblem, options: HostBarycenterOptions): HostRun {
  const { precision = "float64", byteLimit = BYTE_LIMIT } = options;
  const resolved = resolveBarycenterOptions(options);
  return new HostRun(problem.geometry, checkInputs(problem.geometry, problem, resolved), resolved, {
    precision,
    byteLimit,
  });
}
