import type { HostKernelOptions } from "../../../geometry/geometry.ts";
import type { Geometry } from "../../../geometry/geometry.ts";
import { ndarray, rowOf, toFloat64, type NdArray } from "../../../tensor/ndarray.ts";
import { InputError, OptionError } from "../../../errors.ts";
import type { BarycenterInputs } from "../engine.ts";
import { resolveBarycenterOptions, type BarycenterOptions, type ResolvedOptions } from "../options.ts";
import { checkInputs, checkShape, onlyPoints, rowsAt, requireFixed, type CheckedInputs } from "../problem.ts";
import { reportOf, type BarycenterReport } from "../report.ts";
import { checkBarycenters } from "../result.ts";
import type { HostSettings } from "./point-engine.ts";
import type { BarycenterLoss } from "./run.ts";
import { wideBarycenters, wideGradients, wideLoss, type HostGeometries } from "./wide.ts";

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

export interface HostBarycenterProblem extends BarycenterInputs<NdArray> {
  /**
   * The cost [M, N] of the atoms' points (rows) to the barycenter's points (columns), of all atoms, or one for each atom: all of one
   * shape (not for debiased barycenters). Where M = N both usually are the same points.
   */
  readonly geometry: Geometry | readonly Geometry[];
}

export interface HostBarycenters {
  /** P [B, N]. After finitely many iterations their mass is slightly below that of the atoms. */
  readonly barycenters: NdArray<Float64Array>;
  /** Final log-scalings for a warm start, see `logScalingShape`: log b, log a as a second side with heavy-ball, log D where debiased. */
  readonly logScalings: NdArray<Float64Array>;
}

export interface BarycenterGradients {
  /** [S, N] */
  readonly gradientAtoms: NdArray<Float64Array>;
  /** [B, S] */
  readonly gradientWeights: NdArray<Float64Array>;
}

/**
 * Wasserstein barycenters of the atoms, one a row of weights, by Sinkhorn iterations in float64 on the host (Schmitz et al. 2018,
 * equations 6 to 8): `iterations` of them, or until the marginal violation is at or below `tolerance`, of each data point by
 * itself. What they reached is in the report. `backward` maps d loss / d P [B, N] to the gradients of the iterations that were
 * carried out, and computes them again.
 *
 * Domain `auto` runs a data point in the scaling domain and checks each kernel product for relative accuracy: the native kernels
 * for 2^-52, TypeScript for what `precision` stands for; a point that leaves the range is done again with the longer float64 band,
 * then in the log domain, forward and adjoint alike. Domain `scaling` does not check. In TypeScript there is one data point at a
 * time: besides inputs and outputs it needs 8 F L S max(M, N) bytes, F = 5 (see `Trajectory`).
 *
 * Float64 arrays are not copied: leave them unchanged until `backward`. Throws InputError for shapes that do not match and
 * for values that are not masses or weights, RunError for a result without mass or not finite.
 */
export function hostBarycenter(
  problem: HostBarycenterProblem,
  options: HostBarycenterOptions,
): HostBarycenters & BarycenterReport & { backward(gradient: NdArray): BarycenterGradients } {
  const { geometry, inputs, resolved, settings } = prepared(problem, options);
  const { barycenters, logScalings, iterations, errors } = wideBarycenters(geometry, inputs, resolved, settings);
  checkBarycenters(barycenters, inputs.atoms, resolved);
  return {
    barycenters,
    logScalings,
    ...reportOf(iterations, errors, resolved.tolerance),
    backward(gradient) {
      const slopes = toFloat64(gradient);
      checkShape("gradient", slopes.shape, barycenters.shape);
      const gradientAtoms = ndarray(new Float64Array(inputs.atoms.data.length), inputs.atoms.shape);
      const gradientWeights = ndarray(new Float64Array(inputs.weights.data.length), inputs.weights.shape);
      const count = inputs.weights.shape[1];
      for (const done of new Set(iterations)) {
        const points = Array.from(iterations.keys()).filter((point) => iterations[point] === done);
        const fixed = { ...resolved, iterations: done, tolerance: 0 };
        const own = points.length === iterations.length ? slopes : rowsAt(slopes, points);
        const found = wideGradients(geometry, onlyPoints(inputs, points), fixed, settings, own.data);
        found.atoms.data.forEach((value, i) => (gradientAtoms.data[i] += value));
        points.forEach((point, row) => gradientWeights.data.set(rowOf(found.weights.data, count, row), point * count));
      }
      return { gradientAtoms, gradientWeights };
    },
  };
}

/** Barycenters and the gradients of a loss of them, by a fixed number of iterations; see `hostBarycenter`. */
export function hostBarycenterGradient(
  problem: HostBarycenterProblem,
  options: HostBarycenterOptions,
  loss: BarycenterLoss,
): HostBarycenters & BarycenterGradients {
  const { geometry, inputs, resolved, settings } = prepared(problem, options);
  requireFixed(resolved);
  const { barycenters, logScalings, atoms, weights } = wideLoss(geometry, inputs, resolved, settings, loss);
  checkBarycenters(barycenters, inputs.atoms, resolved);
  return { barycenters, logScalings, gradientAtoms: atoms, gradientWeights: weights };
}

function prepared(
  { geometry, ...given }: HostBarycenterProblem,
  options: HostBarycenterOptions,
): {
  readonly geometry: HostGeometries;
  readonly inputs: CheckedInputs;
  readonly resolved: ResolvedOptions;
  readonly settings: HostSettings;
} {
  const resolved = resolveBarycenterOptions(options);
  const { precision = "float64", byteLimit = BYTE_LIMIT } = options;
  const settings = { precision, byteLimit };
  if (!Array.isArray(geometry)) {
    return { geometry, inputs: checkInputs(geometry as Geometry, given, resolved), resolved, settings };
  }
  if (resolved.debiased) {
    throw new OptionError("debiased", "expected one geometry for all atoms, which is the barycenter's too, got a list");
  }
  const each = geometry as readonly Geometry[];
  if (each.length === 0 || each.length !== given.atoms.shape[0]) {
    throw new InputError(
      `barycenter: expected a geometry for each of ${given.atoms.shape[0]} atoms, got ${each.length}`,
    );
  }
  const other = each.find(({ shape }) => shape[0] !== each[0].shape[0] || shape[1] !== each[0].shape[1]);
  if (other) {
    const [expected, got] = [each[0], other].map(({ shape }) => shape.join(", "));
    throw new InputError(`barycenter: expected geometries of one shape, got [${expected}] and [${got}]`);
  }
  return { geometry: each, inputs: checkInputs(each[0], given, resolved), resolved, settings };
}
