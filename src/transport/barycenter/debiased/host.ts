import { OptionError } from "../../../errors.ts";
import type { NdArray } from "../../../tensor/ndarray.ts";
import { wideBarycenters } from "../host/wide.ts";
import { resolveBarycenterOptions } from "../options.ts";
import { checkInputs, type BarycenterProblem } from "../problem.ts";
import { reportOf, type BarycenterReport } from "../report.ts";

/** Float64, and nothing kept of the iterations, as there is no adjoint. */
const FORWARD = { precision: "float64", byteLimit: 0 } as const;

export interface DebiasedOptions {
  /** Entropic regularisation in cost units, above 0. */
  readonly epsilon: number;
  /** @default 1000 */
  readonly maxIterations?: number;
  /**
   * Stops at an error at or below this, a share of the mass (see `DebiasedBarycenters`); 0 carries out
   * `maxIterations` exactly.
   * @default 1e-9
   */
  readonly tolerance?: number;
}

/** `errors` are the largest of those of the atoms and of that of the debiasing term, |D K D - p|_1. */
export interface DebiasedBarycenters extends BarycenterReport {
  /** [B, N] */
  readonly barycenters: NdArray<Float64Array>;
}

/**
 * Debiased Sinkhorn barycenters: minimisers of sum_s lambda_s S_epsilon(p, d_s) with the Sinkhorn divergence S, free of
 * the entropic blur (Janati, Cuturi, Gramfort 2020, Algorithm 1). The plain iteration with p = D prod_s phi_s^lambda_s and,
 * once an iteration, D <- sqrt(D p / K D). Float64: by the native kernels where they are there, else and of data points that leave
 * their range as `hostBarycenter` does with `debiased`, which has the gradients; no epsilon is too small. Needs a symmetric cost. Throws
 * InputError.
 */
export function hostDebiasedBarycenter(
  problem: Omit<BarycenterProblem, "start">,
  { epsilon, maxIterations = 1000, tolerance = 1e-9 }: DebiasedOptions,
): DebiasedBarycenters {
  const { geometry, atoms, weights } = problem;
  const options = resolvedDebiased({ epsilon, maxIterations, tolerance });
  const inputs = checkInputs(geometry, { atoms, weights }, options);
  const { barycenters, iterations, errors } = wideBarycenters(geometry, inputs, options, FORWARD);
  return { barycenters, ...reportOf(iterations, errors, tolerance) };
}

/** Throws InputError for options of the barycenter that are none, under the names that they have here. */
function resolvedDebiased({ epsilon, maxIterations, tolerance }: Required<DebiasedOptions>) {
  try {
    return resolveBarycenterOptions({ epsilon, iterations: maxIterations, tolerance, debiased: true });
  } catch (error) {
    if (error instanceof OptionError && error.option === "iterations") {
      throw new OptionError("maxIterations", error.detail);
    }
    throw error;
  }
}
