import { InputError } from "../../errors.ts";
import { costShift, type Geometry } from "../../geometry/geometry.ts";
import { float64Of, ndarray, type NdArray, type Numbers } from "../../tensor/ndarray.ts";
import { hostMarginals, totalOf } from "../histograms.ts";
import type { HostPotentials } from "./exact-iterate.ts";

/** Potentials as callers have them: a solution of `sinkhornHost`, or f and g read from tensors. */
export interface GivenPotentials {
  /** [n], cost units. */
  readonly f: Numbers;
  /** [m] */
  readonly g: Numbers;
  readonly epsilon: number;
}

/** Values of an entropic problem at given potentials. P is their plan; M is the total mass of a (and of b). */
export interface EntropicValues {
  /** <P, C> */
  readonly transportCost: number;
  /** KL(P | a b^T) = <P, log(P / a b^T)> - sum P + M^2 */
  readonly kl: number;
  /** <P, C> + epsilon KL(P | a b^T) */
  readonly objective: number;
  /** <fKL, a> + <gKL, b> - epsilon (sum P - M^2), at most the optimum; fKL = f - epsilon log a. */
  readonly dual: number;
  /** <P, C> + epsilon <P, log P - 1> */
  readonly entropyObjective: number;
  /** <f, a> + <g, b> - epsilon sum P */
  readonly entropyDual: number;
  /** P 1 [n] and P^T 1 [m] */
  readonly marginals: readonly [first: Float64Array, second: Float64Array];
}

/**
 * All values of a solution, by kernel applications alone: on a grid no n x m matrix is formed. Throws InputError for bad masses,
 * or potentials of another length.
 */
export function entropicValues(
  massesA: Numbers,
  massesB: Numbers,
  geometry: Geometry,
  potentials: GivenPotentials,
): EntropicValues {
  const { a, b } = hostMarginals(massesA, massesB, geometry.shape);
  const { f, g, epsilon } = hostPotentials(geometry, potentials);
  const kernel = geometry.hostKernel(epsilon);
  const logU = f.map((value) => value / epsilon);
  const logV = g.map((value) => value / epsilon);
  const expSum = (scaling: Float64Array, product: Float64Array): Float64Array =>
    product.map((value, index) => (scaling[index] === -Infinity ? 0 : Math.exp(scaling[index] + value)));
  const first = expSum(logU, kernel.logApply(logV, new Float64Array(a.length)));
  const second = expSum(logV, kernel.logApplyTranspose(logU, new Float64Array(b.length)));
  const mass = totalOf(first);
  const aboveShift = totalOf(expSum(logU, kernel.logApplyCost(logV, new Float64Array(a.length))));
  const transportCost = aboveShift + costShift(geometry) * mass;
  const product = totalOf(a) * totalOf(b);
  const planLogPlan = (inner(f, first) + inner(g, second) - transportCost) / epsilon; // <P, log P>
  const kl = planLogPlan - inner(a.map(Math.log), first) - inner(b.map(Math.log), second) - mass + product;
  const entropyDual = inner(f, a) + inner(g, b) - epsilon * mass;
  return {
    transportCost,
    kl,
    objective: transportCost + epsilon * kl,
    dual: entropyDual - epsilon * (inner(a.map(Math.log), a) + inner(b.map(Math.log), b) - product),
    entropyObjective: transportCost + epsilon * (planLogPlan - mass),
    entropyDual,
    marginals: [first, second],
  };
}

/** P [n, m] of a solution, for problems whose plan fits in memory. */
export function transportPlan(geometry: Geometry, potentials: GivenPotentials): NdArray<Float64Array> {
  const { f, g, epsilon } = hostPotentials(geometry, potentials);
  const { data, shape } = geometry.costMatrix();
  const m = shape[1];
  for (let at = 0; at < data.length; at++) {
    data[at] = Math.exp((f[Math.floor(at / m)] + g[at % m] - data[at]) / epsilon);
  }
  return ndarray(data, shape);
}

/**
 * fKL = f - epsilon log a and gKL = g - epsilon log b, taken as soft c-transforms of each other, so that they are finite
 * at points without mass too. They are the gradients of the objective in a and b, up to a constant.
 */
export function klPotentials(
  geometry: Geometry,
  potentials: GivenPotentials,
): { readonly fKL: Float64Array; readonly gKL: Float64Array } {
  const { f, g, epsilon } = hostPotentials(geometry, potentials);
  const kernel = geometry.hostKernel(epsilon);
  const scale = (values: Float64Array, factor: number): Float64Array => values.map((value) => value * factor);
  return {
    fKL: scale(kernel.logApply(scale(g, 1 / epsilon), new Float64Array(f.length)), -epsilon),
    gKL: scale(kernel.logApplyTranspose(scale(f, 1 / epsilon), new Float64Array(g.length)), -epsilon),
  };
}

/** In float64. Throws InputError unless their lengths are those of the geometry. */
function hostPotentials({ shape: [n, m] }: Geometry, { f, g, epsilon }: GivenPotentials): HostPotentials {
  if (f.length !== n || g.length !== m) {
    throw new InputError(`potentials: expected f [${n}] and g [${m}], got [${f.length}] and [${g.length}]`);
  }
  return { f: float64Of(f, "potential f"), g: float64Of(g, "potential g"), epsilon };
}

/** <values, masses> over the points of positive mass: 0 * -Infinity counts as 0. */
function inner(values: Float64Array, masses: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < masses.length; index++) if (masses[index] > 0) sum += values[index] * masses[index];
  return sum;
}
