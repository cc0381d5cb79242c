import { InputError } from "../../../errors.ts";
import { ndarray, type NdArray } from "../../../tensor/ndarray.ts";
import { cachedHostKernel } from "../host/kernels.ts";
import { KernelRange } from "../host/kernel-range.ts";
import { guardedLogOperator, type LogOperator } from "../host/log-operator.ts";
import { logMean } from "../host/mean.ts";
import { resolveBarycenterOptions } from "../options.ts";
import { checkInputs, type BarycenterProblem } from "../problem.ts";

export interface DebiasedOptions {
  /** Entropic regularisation in cost units, above 0. */
  readonly epsilon: number;
  /** @default 1000 */
  readonly maxIterations?: number;
  /**
   * Stops at a marginal violation (L1, largest over atoms, debiasing term included) at or below this; 0 carries out
   * `maxIterations` exactly.
   * @default 1e-9
   */
  readonly tolerance?: number;
}

export interface DebiasedBarycenters {
  /** [B, N] */
  readonly barycenters: NdArray<Float64Array>;
  /** One entry a data point, as the fields below. */
  readonly iterations: readonly number[];
  /** The violation at exit. */
  readonly errors: readonly number[];
  readonly status: readonly ("converged" | "max-iterations" | "non-finite")[];
}

/**
 * Debiased Sinkhorn barycenters: minimisers of sum_s lambda_s S_epsilon(p, d_s) with the Sinkhorn divergence S, free of
 * the entropic blur (Janati, Cuturi, Gramfort 2020, Algorithm 1). The plain iteration with p = D prod_s phi_s^lambda_s and,
 * once an iteration, D <- sqrt(D p / K D). Float64, in logarithms through scaled kernel products where these are exact,
 * so that no epsilon is too small. Needs a symmetric cost. Throws InputError.
 */
export function hostDebiasedBarycenter(
  problem: Omit<BarycenterProblem, "start">,
  { epsilon, maxIterations = 1000, tolerance = 1e-9 }: DebiasedOptions,
): DebiasedBarycenters {
  const { geometry } = problem;
  const options = resolveBarycenterOptions({ epsilon, iterations: maxIterations });
  const { atoms, weights } = checkInputs(geometry, problem, options);
  if (!geometry.symmetric) throw new InputError("debiased barycenter: needs a symmetric ground cost");
  const [batch, count] = weights.shape;
  const points = geometry.shape[0];
  const kernel = cachedHostKernel(geometry, epsilon, "float64");
  const operator = guardedLogOperator(kernel, new KernelRange("float64"), points);
  const barycenters = ndarray(new Float64Array(batch * points), [batch, points]);
  const outcomes = Array.from({ length: batch }, (_, point) => {
    const run = new DebiasedIteration(operator, atoms.data, count, points);
    const row = weights.data.subarray(point * count, (point + 1) * count);
    let error = Infinity;
    let iterations = 0;
    while (iterations < maxIterations && !(iterations > 0 && error <= tolerance && tolerance > 0)) {
      error = run.advance(row);
      iterations++;
      if (Number.isNaN(error)) break;
    }
    barycenters.data.set(run.logP.map(Math.exp), point * points);
    return { iterations, error, status: statusOf(error, tolerance) };
  });
  return {
    barycenters,
    iterations: outcomes.map(({ iterations }) => iterations),
    errors: outcomes.map(({ error }) => error),
    status: outcomes.map(({ status }) => status),
  };
}

function statusOf(error: number, tolerance: number): DebiasedBarycenters["status"][number] {
  if (Number.isNaN(error)) return "non-finite";
  return error <= tolerance ? "converged" : "max-iterations";
}

/** Log-scalings of one data point, one array [N] an atom. */
class DebiasedIteration {
  readonly logP: Float64Array;
  readonly #operator: LogOperator;
  readonly #masses: Float64Array;
  readonly #logB: readonly Float64Array[];
  readonly #logA: readonly Float64Array[];
  readonly #logPhi: readonly Float64Array[];
  readonly #logDebias: Float64Array;
  readonly #product: Float64Array;

  constructor(operator: LogOperator, masses: Float64Array, atoms: number, points: number) {
    const arrays = () => Array.from({ length: atoms }, () => new Float64Array(points));
    this.#operator = operator;
    this.#masses = masses;
    this.#logB = arrays();
    this.#logA = arrays();
    this.#logPhi = arrays();
    this.logP = new Float64Array(points);
    this.#logDebias = new Float64Array(points);
    this.#product = new Float64Array(points);
  }

  /** One iteration; returns the marginal violation before it. */
  advance(weights: Float64Array): number {
    const { logP } = this;
    const product = this.#product;
    let violation = 0;
    for (let s = 0; s < this.#logA.length; s++) violation = Math.max(violation, this.#advanceAtom(s));
    logMean(0).apply(weights, this.#logPhi, logP);
    this.#operator.forward(this.#logDebias, product);
    let debiasViolation = 0;
    for (let i = 0; i < logP.length; i++) {
      const debias = this.#logDebias[i];
      logP[i] += debias;
      debiasViolation += Math.abs(Math.exp(debias + product[i]) - Math.exp(logP[i]));
      this.#logDebias[i] = (debias + logP[i] - product[i]) / 2;
    }
    this.#logB.forEach((logB, s) => {
      for (let i = 0; i < logB.length; i++) logB[i] = logP[i] - this.#logPhi[s][i];
    });
    return Math.max(violation, debiasViolation);
  }

  /** a_s and phi_s; returns |a_s K b_s - d_s|_1 with the a_s of the iteration before. */
  #advanceAtom(s: number): number {
    const logA = this.#logA[s];
    const product = this.#product;
    this.#operator.forward(this.#logB[s], product);
    let violation = 0;
    for (let i = 0; i < logA.length; i++) {
      const mass = this.#masses[s * logA.length + i];
      violation += Math.abs(Math.exp(logA[i] + product[i]) - mass);
      logA[i] = Math.log(mass) - product[i];
    }
    this.#operator.transpose(logA, this.#logPhi[s]);
    return violation;
  }
}
