import { requireGeometry } from "../../geometry/checks.ts";
import { OptionError } from "../../errors.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import { checkMasses, totalsAgree } from "../histograms.ts";
import { finiteOnly, untilTolerance, type SinkhornHostResult } from "./exact-iterate.ts";
import { entropicValues } from "./objective.ts";
import { checkSinkhornOptions, requireThat, type SinkhornOptions } from "./options.ts";

export interface EntropicPartialOptions extends Pick<SinkhornOptions, "epsilon"> {
  /** How much is moved: positive, at most the smaller total. */
  readonly mass: number;
  /** @default 10000 */
  readonly maxIterations?: number;
  /** Stop when the next iteration would change the plan by this share of the mass. @default 1e-9 */
  readonly tolerance?: number;
}

/** f and g give the plan as those of `sinkhornHost` do: `transportPlan(geometry, result)`. */
export interface EntropicPartialResult extends SinkhornHostResult {
  /** <P, C> */
  readonly transportCost: number;
  /** <P, C> + epsilon KL(P | a b^T) */
  readonly objective: number;
  /** P 1 [n] and P^T 1 [m], at most a and b. */
  readonly marginals: readonly [first: Float64Array, second: Float64Array];
}

/**
 * Entropic partial transport between a [n] and b [m], masses >= 0 of any totals, in float64 logarithms: min <P, C> + epsilon KL(P |
 * a b^T) over P 1 <= a, P^T 1 <= b, sum P = mass (Benamou et al. 2015, section 5). Dykstra's projections are updates of two scalings
 * that stay at or below one and of one number, `P = s u v a b^T exp(-C / epsilon)`, so a grid needs no matrix. POT's
 * `entropic_partial_wasserstein`, whose entropy is that of P alone, has the plan of the cost C_ij + epsilon log(a_i b_j).
 * Throws InputError for bad masses or options.
 */
export function entropicPartialTransport(
  massesA: Numbers,
  massesB: Numbers,
  geometry: Geometry,
  options: EntropicPartialOptions,
): EntropicPartialResult {
  requireGeometry(geometry, "entropicPartialTransport");
  checkSinkhornOptions(options);
  const { epsilon, mass, maxIterations = 10_000, tolerance = 1e-9 } = options;
  const [a, b] = [float64Of(massesA, "masses a"), float64Of(massesB, "masses b")];
  const most = Math.min(checkMasses(a, geometry.shape[0], "a"), checkMasses(b, geometry.shape[1], "b"));
  requireThat(typeof mass === "number" && mass > 0, "mass", "a positive number", mass);
  if (!(mass <= most || totalsAgree(most, mass))) {
    throw new OptionError("mass", `expected at most the smaller total ${most}, got ${mass}`);
  }

  const kernel = geometry.hostKernel(epsilon);
  const [logA, logB] = [a.map(Math.log), b.map(Math.log)];
  const u = new Float64Array(a.length); // logarithms, at most 0
  const v = new Float64Array(b.length);
  const [product, transposed] = [new Float64Array(a.length), new Float64Array(b.length)];
  const sumOf = (logs: readonly Float64Array[], at: number): number => logs.reduce((sum, log) => sum + log[at], 0);
  let s = -Infinity;
  const applyKernel = () =>
    void kernel.logApply(
      logB.map((log, j) => log + v[j]),
      product,
    );
  const iterate = (): number => {
    let change = 0;
    u.forEach((before, i) => {
      if (a[i] === 0) return;
      u[i] = Math.min(0, -(product[i] + s));
      if (s > -Infinity)
        change += Math.exp(sumOf([logA, product], i) + before + s) * Math.abs(Math.expm1(u[i] - before));
    });
    kernel.logApplyTranspose(
      logA.map((log, i) => log + u[i]),
      transposed,
    );
    v.forEach((_, j) => (v[j] = Math.min(0, -(transposed[j] + s))));
    applyKernel();
    const next = Math.log(mass) - logSum(logA.map((log, i) => log + u[i] + product[i]));
    change += s > -Infinity ? mass * Math.abs(Math.expm1(s - next)) : mass;
    s = next;
    return change / mass;
  };
  applyKernel();
  const { errors, status } = untilTolerance(iterate, tolerance, maxIterations);

  const f = u.map((log, i) => epsilon * (log + logA[i] + s));
  const g = v.map((log, j) => epsilon * (log + logB[j]));
  const solved = { f, g, epsilon, iterations: errors.length, errors, status, domain: "log" } as const;
  // any finite penalty: the values that do not hold one
  const { transportCost, kl, marginals } = entropicValues(a, b, geometry, { f, g, epsilon, rho: 1 });
  return { ...finiteOnly(solved, { a, b }), transportCost, objective: transportCost + epsilon * kl, marginals };
}

function logSum(logs: Float64Array): number {
  const largest = logs.reduce((most, log) => Math.max(most, log), -Infinity);
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}
