import { InputError } from "../../errors.ts";
import { checkEpsilon, requireGeometry } from "../../geometry/checks.ts";
import { costShift, type Geometry } from "../../geometry/geometry.ts";
import { float64Of, ndarray, type NdArray, type Numbers } from "../../tensor/ndarray.ts";
import { hostMarginals, totalOf } from "../histograms.ts";
import type { HostPotentials } from "./exact-iterate.ts";
import { conjugatePenalty, generalizedKl, penalizedGradient } from "./penalties.ts";
import { checkRho, marginalPenalty, type Rho } from "./rho.ts";

/** Potentials as callers have them: a solution of `sinkhornHost`, or f and g read from tensors. */
export interface GivenPotentials {
  /** [n], cost units. */
  readonly f: Numbers;
  /** [m] */
  readonly g: Numbers;
  readonly epsilon: number;
  /** As the problem was solved with; `sinkhornHost` returns it. @default Infinity (balanced) */
  readonly rho?: Rho;
}

/** Values of an entropic problem at given potentials. P is their plan; M^2 the product of the totals of a and b. */
export interface EntropicValues {
  /** <P, C> */
  readonly transportCost: number;
  /** KL(P | a b^T) = <P, log(P / a b^T)> - sum P + M^2 */
  readonly kl: number;
  /** <P, C> + epsilon KL(P | a b^T); unbalanced, plus the penalties rho.a KL(P 1 | a) + rho.b KL(P^T 1 | b). */
  readonly objective: number;
  /**
   * <fKL, a> + <gKL, b> - epsilon (sum P - M^2), at most the optimum; fKL = f - epsilon log a. Unbalanced, -rho.a <a, exp(-fKL /
   * rho.a) - 1> stands for <fKL, a>, and the same for b.
   */
  readonly dual: number;
  /** <P, C> + epsilon <P, log P - 1>; unbalanced, plus the penalties (POT's `reg_type="entropy"`, of which this plan is not the best). */
  readonly entropyObjective: number;
  /** <f, a> + <g, b> - epsilon sum P; unbalanced, with the penalties' conjugates as in `dual`. */
  readonly entropyDual: number;
  /** sum P: what is transported. */
  readonly mass: number;
  /** KL(P 1 | a) and KL(P^T 1 | b), which the penalties multiply by rho. */
  readonly marginalKl: { readonly a: number; readonly b: number };
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
  requireGeometry(geometry, "entropicValues");
  const rho = checkRho(potentials.rho);
  const { a, b } = hostMarginals(massesA, massesB, geometry.shape, rho);
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
  const marginalKl = { a: generalizedKl(first, a), b: generalizedKl(second, b) };
  const common = { transportCost, kl, mass, marginalKl, marginals: [first, second] as const };
  const entropyValue = transportCost + epsilon * (planLogPlan - mass);
  if (!rho) {
    const entropyDual = inner(f, a) + inner(g, b) - epsilon * mass;
    return {
      ...common,
      objective: transportCost + epsilon * kl,
      dual: entropyDual - epsilon * (inner(a.map(Math.log), a) + inner(b.map(Math.log), b) - product),
      entropyObjective: entropyValue,
      entropyDual,
    };
  }
  const penalties = [
    { rho: rho.a, kl: marginalKl.a },
    { rho: rho.b, kl: marginalKl.b },
  ].reduce((sum, side) => (side.rho === Infinity ? sum : sum + side.rho * side.kl), 0);
  const withoutMasses = (potential: Float64Array, masses: Float64Array): Float64Array =>
    potential.map((value, index) => value - epsilon * Math.log(masses[index]));
  const conjugates = (ofA: Float64Array, ofB: Float64Array): number =>
    conjugatePenalty(ofA, a, rho.a) + conjugatePenalty(ofB, b, rho.b);
  return {
    ...common,
    objective: transportCost + epsilon * kl + penalties,
    dual: conjugates(withoutMasses(f, a), withoutMasses(g, b)) - epsilon * (mass - product),
    entropyObjective: entropyValue + penalties,
    entropyDual: conjugates(f, g) - epsilon * mass,
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
 * at points without mass too. They are the gradients of the balanced objective in a and b, up to a constant; `objectiveGradients`
 * has those of both.
 */
export function klPotentials(
  geometry: Geometry,
  potentials: GivenPotentials,
): { readonly fKL: Float64Array; readonly gKL: Float64Array } {
  const { f, g, epsilon } = hostPotentials(geometry, potentials);
  const kernel = geometry.hostKernel(epsilon);
  const { a: tauA, b: tauB } = marginalPenalty(potentials.rho, epsilon)?.tau ?? { a: 1, b: 1 };
  const scale = (values: Float64Array, factor: number): Float64Array => values.map((value) => value * factor);
  return {
    fKL: scale(kernel.logApply(scale(g, 1 / epsilon), new Float64Array(f.length)), -epsilon * tauA),
    gKL: scale(kernel.logApplyTranspose(scale(f, 1 / epsilon), new Float64Array(g.length)), -epsilon * tauB),
  };
}

/**
 * The derivatives of `objective` in the masses a [n] and b [m] at the optimum, by the envelope theorem: -(rho.a + epsilon)
 * (exp(-fKL / rho.a) - 1) + epsilon (M_b - 1) in a (balanced: fKL + epsilon (M_b - 1), up to a constant), and the same in b. Finite at
 * zero masses. Throws InputError as `entropicValues` does.
 */
export function objectiveGradients(
  massesA: Numbers,
  massesB: Numbers,
  geometry: Geometry,
  potentials: GivenPotentials,
): { readonly a: Float64Array; readonly b: Float64Array } {
  requireGeometry(geometry, "entropicValues");
  const rho = checkRho(potentials.rho);
  const { a, b } = hostMarginals(massesA, massesB, geometry.shape, rho);
  const { epsilon } = potentials;
  const { fKL, gKL } = klPotentials(geometry, potentials);
  const gradient = (potential: Float64Array, ofSide: number, other: Float64Array): Float64Array => {
    const excess = epsilon * (totalOf(other) - 1);
    return potential.map((value) => penalizedGradient(value, ofSide, epsilon) + excess);
  };
  return { a: gradient(fKL, rho?.a ?? Infinity, b), b: gradient(gKL, rho?.b ?? Infinity, a) };
}

/** In float64. Throws InputError unless their lengths are those of the geometry. */
function hostPotentials(geometry: Geometry, potentials: GivenPotentials): HostPotentials {
  requireGeometry(geometry, "potentials");
  const [n, m] = geometry.shape;
  const [f, g] = [float64Of(potentials.f, "potential f"), float64Of(potentials.g, "potential g")];
  checkEpsilon(potentials.epsilon);
  if (f.length !== n || g.length !== m) {
    throw new InputError(`potentials: expected f [${n}] and g [${m}], got [${f.length}] and [${g.length}]`);
  }
  return { f, g, epsilon: potentials.epsilon };
}

/** <values, masses> over the points of positive mass: 0 * -Infinity counts as 0. */
function inner(values: Float64Array, masses: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < masses.length; index++) if (masses[index] > 0) sum += values[index] * masses[index];
  return sum;
}
