import { OptionError } from "../../../errors.ts";
import { ndarray, rowOf, type NdArray } from "../../../tensor/ndarray.ts";
import { cachedHostKernel } from "../host/kernels.ts";
import { KernelRange } from "../host/kernel-range.ts";
import { guardedLogOperator } from "../host/log-operator.ts";
import { nativePlan } from "../native/plan.ts";
import { resolveBarycenterOptions } from "../options.ts";
import { atOnce } from "../pieces.ts";
import { checkInputs, type BarycenterProblem } from "../problem.ts";
import { reportOf, type BarycenterReport } from "../report.ts";
import { DebiasedIteration } from "./iteration.ts";

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
 * once an iteration, D <- sqrt(D p / K D). Float64: by the native kernels where they are there, and of data points that leave their
 * range in logarithms through scaled kernel products where these are exact, so that no epsilon is too small. Needs a symmetric
 * cost. Throws InputError.
 */
export function hostDebiasedBarycenter(
  problem: Omit<BarycenterProblem, "start">,
  { epsilon, maxIterations = 1000, tolerance = 1e-9 }: DebiasedOptions,
): DebiasedBarycenters {
  const { geometry } = problem;
  const options = resolvedDebiased({ epsilon, maxIterations, tolerance });
  const { atoms, weights } = problem;
  const inputs = checkInputs(geometry, { atoms, weights }, options);
  const [batch, count] = inputs.weights.shape;
  const points = geometry.shape[0];
  const barycenters = new Float64Array(batch * points);
  const errors = new Float64Array(batch);
  const iterationsDone = new Float64Array(batch);
  const plan = nativePlan(geometry, options, { wide: true, debiased: true });
  const all = Array.from({ length: batch }, (_, point) => point);
  for (const point of plan ? atOnce(plan.run(inputs, { barycenters, errors, iterationsDone })) : all) {
    const kernel = cachedHostKernel(geometry, epsilon, "float64");
    const operator = guardedLogOperator(kernel, new KernelRange("float64"));
    const run = new DebiasedIteration(operator, inputs.atoms);
    const reached = run.solve(rowOf(inputs.weights.data, count, point), maxIterations, tolerance);
    barycenters.set(run.logP.map(Math.exp), point * points);
    errors[point] = reached.error;
    iterationsDone[point] = reached.iterations;
  }
  return { barycenters: ndarray(barycenters, [batch, points]), ...reportOf(iterationsDone, errors, tolerance) };
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
