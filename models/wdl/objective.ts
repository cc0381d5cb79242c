import type { Objective } from "../optimizer.ts";
import { pause } from "../../src/event-loop.ts";
import type { BarycenterOperator } from "../../src/transport/barycenter/operator.ts";
import { barycenterInputs, type Factors } from "./factors.ts";
import type { WdlTerm } from "./losses.ts";
import type { Locality } from "./locality/locality.ts";
import { softmax, type RowMap } from "./simplex.ts";

export interface WdlProblem {
  /** Data [M, N], rows of mass one, and their loss. */
  readonly term: WdlTerm;
  /** N */
  readonly pixels: number;
  /** S */
  readonly atoms: number;
  readonly operator: BarycenterOperator;
  /** `softmax`, or `affine` where negative weights are allowed. */
  readonly weightMap: RowMap;
  /**
   * zeta of Schmitz et al. 2018, section 3: how much longer a step of the weights is than one of the atoms. The
   * variables are beta / sqrt(zeta), which multiplies a gradient step of the weights by zeta and, unlike scaling the
   * gradient alone, leaves a true gradient for the line search.
   */
  readonly zeta: number;
  /** What data points pay for the distances to their atoms. @default nothing */
  readonly locality?: Locality;
}

/** What is carried from one evaluation to the next. */
export interface Carried {
  /** Of the locality's transport problems [M, S, N]. */
  potentials?: Float32Array | undefined;
  /** sum_is lambda_is W2^2(x_i, d_s) at the last evaluation, and the pairs of it that did not converge. */
  locality?: { readonly value: number; readonly unconverged: number };
}

/** The free variables of atoms and weights as one vector: (alpha [S, N], beta / sqrt(zeta) [M, S]). */
export function packFactors(problem: WdlProblem, alpha: Float64Array, beta: Float64Array): Float64Array {
  const x = new Float64Array(alpha.length + beta.length);
  x.set(alpha);
  x.set(
    beta.map((value) => value / Math.sqrt(problem.zeta)),
    alpha.length,
  );
  return x;
}

/** D = softmax(alpha), Lambda = softmax(beta). */
export function unpackFactors(problem: WdlProblem, x: Float64Array): Factors {
  const { pixels, atoms, weightMap, zeta } = problem;
  const split = atoms * pixels;
  const beta = x.slice(split).map((value) => value * Math.sqrt(zeta));
  return { atoms: softmax.forward(x.subarray(0, split), pixels), weights: weightMap.forward(beta, atoms) };
}

/**
 * sum_i L(P(D, lambda_i), x_i) over the free variables, with the scalings of the barycenters starting at `start` (log
 * scalings of an earlier run, constants) or at one. Rejects with the reason of `signal` once that is aborted.
 *
 * @param carried is written at each evaluation
 */
export function dictionaryObjective(
  problem: WdlProblem,
  start?: Float32Array,
  signal?: AbortSignal,
  carried: Carried = {},
): Objective {
  const { term, pixels, atoms, operator, weightMap, zeta, locality } = problem;
  return async (x) => {
    await pause(signal);
    const factors = unpackFactors(problem, x);
    const inputs = barycenterInputs(problem, factors, start);
    const { value: fit, gradient } = await operator.lossAndGradient(inputs, term, signal);
    const value = fit + (locality ? await addLocality(locality, term.data, factors, gradient, carried) : 0);
    const alpha = softmax.backward(gradient.atoms, factors.atoms, pixels);
    const beta = weightMap.backward(gradient.weights, factors.weights, atoms);
    const out = new Float64Array(x.length);
    out.set(alpha);
    for (let i = 0; i < beta.length; i++) out[alpha.length + i] = beta[i] * Math.sqrt(zeta);
    return { value, gradient: out };
  };
}

/** Adds the gradients of the regulariser, and returns its value. */
async function addLocality(
  locality: Locality,
  data: Float64Array,
  { atoms, weights }: Factors,
  gradient: Factors,
  carried: Carried,
): Promise<number> {
  const { costs, potentials, unconverged, slopes } = await locality.costs(data, atoms, carried.potentials);
  const value = costs.reduce((sum, cost, index) => sum + weights[index] * cost, 0);
  carried.potentials = potentials;
  carried.locality = { value, unconverged };
  slopes(weights).forEach((slope, index) => (gradient.atoms[index] += locality.weight * slope));
  costs.forEach((cost, index) => (gradient.weights[index] += locality.weight * cost));
  return locality.weight * value;
}
