import { OptionError } from "../../errors.ts";

/**
 * How strongly marginals hold, in cost units: the penalties `rho.a KL(P 1 | a) + rho.b KL(P^T 1 | b)` of unbalanced transport
 * (Chizat et al. 2018), one number for both sides. Infinity makes a marginal exact.
 */
export type Rho = number | { readonly a: number; readonly b: number };

/** A number for each side. */
export interface Sides {
  readonly a: number;
  readonly b: number;
}

/**
 * The penalties at one epsilon, at least one of them finite. The update of fKL is `tau.a` times the balanced one, and a
 * translation of the potentials by lambda pulls it back by `epsilon pull.a lambda` (see `translation`).
 */
export interface MarginalPenalty {
  readonly epsilon: number;
  readonly rho: Sides;
  /** rho / (rho + epsilon) */
  readonly tau: Sides;
  /** 1 / (rho + epsilon) */
  readonly pull: Sides;
  /** epsilon / rho */
  readonly share: Sides;
  /** rho.a rho.b / (rho.a + rho.b) */
  readonly harmonic: number;
}

/** Undefined where both marginals are exact. Throws OptionError unless rho is positive. */
export function checkRho(rho: Rho | undefined): Sides | undefined {
  if (rho === undefined) return undefined;
  const sides = typeof rho === "number" ? { a: rho, b: rho } : rho;
  const isPenalty = (value: unknown): boolean => typeof value === "number" && value > 0;
  if (typeof sides !== "object" || sides === null || !isPenalty(sides.a) || !isPenalty(sides.b)) {
    const got = typeof sides === "object" && sides !== null ? `{ a: ${sides.a}, b: ${sides.b} }` : String(rho);
    throw new OptionError("rho", `expected a positive number or { a, b } of such (Infinity: balanced), got ${got}`);
  }
  return sides.a === Infinity && sides.b === Infinity ? undefined : { a: sides.a, b: sides.b };
}

/** The one rho of what needs the same on both sides. Throws OptionError. */
export function checkOneRho(rho: Rho | undefined, what: string): number {
  const sides = checkRho(rho) ?? { a: Infinity, b: Infinity };
  if (sides.a !== sides.b) {
    throw new OptionError("rho", `expected one for both sides of ${what}, got { a: ${sides.a}, b: ${sides.b} }`);
  }
  return sides.a;
}

/** Undefined where both marginals are exact. Throws OptionError unless rho is positive. */
export function marginalPenalty(given: Rho | undefined, epsilon: number): MarginalPenalty | undefined {
  const rho = checkRho(given);
  if (!rho) return undefined;
  const onSides = (of: (value: number) => number): Sides => ({ a: of(rho.a), b: of(rho.b) });
  return {
    epsilon,
    rho,
    tau: onSides((value) => (value === Infinity ? 1 : value / (value + epsilon))),
    pull: onSides((value) => 1 / (value + epsilon)),
    share: onSides((value) => epsilon / value),
    harmonic: 1 / (1 / rho.a + 1 / rho.b),
  };
}

/**
 * The lambda for which (f + lambda, g - lambda) is the best of the dual, from the logarithms of A = <a, exp(-fKL / rho.a)> and
 * B = <b, exp(-gKL / rho.b)>: `rho.a rho.b / (rho.a + rho.b) log(A / B)` (Sejourne, Vialard, Peyre 2022). Without this step the
 * constant between the potentials converges like `(1 - epsilon / rho)^2`. Where A or B is beyond float64, lambda stays as it was,
 * which is slower and ends at the same solution.
 */
export function translation({ harmonic }: MarginalPenalty, logRatio: number, before: number): number {
  const lambda = harmonic * logRatio;
  return Number.isFinite(lambda) ? lambda : before;
}

/** log(<masses, exp(-share logKl)> / total) where there is mass, without loss where share is small. */
export function logPenalized(masses: Float64Array, logKl: (index: number) => number, share: number): number {
  if (share === 0) return 0;
  let [total, smallest, largest] = [0, Infinity, -Infinity];
  masses.forEach((mass, index) => {
    if (mass === 0) return;
    const exponent = -share * logKl(index);
    total += mass;
    smallest = Math.min(smallest, exponent);
    largest = Math.max(largest, exponent);
  });
  const isNearOne = smallest > -1 && largest < 1;
  const shift = isNearOne ? 0 : largest;
  let sum = 0;
  masses.forEach((mass, index) => {
    if (mass === 0) return;
    const exponent = -share * logKl(index) - shift;
    sum += mass * (isNearOne ? Math.expm1(exponent) : Math.exp(exponent));
  });
  return isNearOne ? Math.log1p(sum / total) : shift + Math.log(sum / total);
}
