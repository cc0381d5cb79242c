import { OptionError } from "../../errors.ts";
import { checkEpsilon, requireOptions } from "../../geometry/checks.ts";
import { checkRho, type Rho } from "./rho.ts";

/** How the scalings are stored: as numbers, as logarithms, or numbers as long as these are known to be exact. */
export type SinkhornDomain = "auto" | "log" | "scaling";

/** `converged`: the error reached the tolerance. `non-finite`: a NaN or an infinity came up, and the iteration stopped. */
export type SinkhornStatus = "converged" | "max-iterations" | "non-finite";

/** What every solver with a stopping test takes: `solver(a, b, geometry, options)`. */
export interface SinkhornOptions {
  /** Strength of the entropy, in cost units (POT's `reg`). */
  readonly epsilon: number;
  /** At most 1e9. */
  readonly maxIterations?: number;
  /**
   * Stop when the first marginal's L1 violation, as a share of the total mass, is at or below this; unbalanced, when the next half
   * step would change the first scaling by this share.
   */
  readonly tolerance?: number;
  /** @default "auto" */
  readonly domain?: SinkhornDomain;
  /**
   * Over-relaxation omega in (0, 2): scalings move by `u^(1 - omega) (a / K v)^omega` (Thibault et al. 2021). Above 1 it
   * speeds up slow problems; too close to 2 it diverges.
   * @default 1 (plain)
   */
  readonly momentum?: number;
  /**
   * Penalties of the marginals instead of constraints, `rho.a KL(P 1 | a) + rho.b KL(P^T 1 | b)`, in cost units: unbalanced
   * transport, where the totals of a and b may differ. The entropy is KL(P | a b^T) as in POT's `reg_type="kl"` (whose `reg_m` is rho).
   * OTT's (whose `tau_a` is rho / (rho + epsilon)) and POT's `"entropy"` are those of the cost C_ij + epsilon log(a_i b_j) here.
   * @default Infinity (balanced)
   */
  readonly rho?: Rho;
}

/**
 * What runs a fixed number of iterations takes: `operation(a, b, kernel, options)`. It is synchronous and can be taped, so the
 * caller owns the kernel, which is the geometry at one epsilon.
 */
export interface FixedSinkhornOptions {
  /** At most 1e9. @default 100 */
  readonly iterations?: number;
  /** @default "auto" */
  readonly domain?: SinkhornDomain;
  /** As of `SinkhornOptions`. @default Infinity (balanced) */
  readonly rho?: Rho;
}

/** More than ever end, and fewer than a 32-bit integer counts. */
const MOST_ITERATIONS = 1e9;

/** Throws OptionError for an option outside its range. */
export function checkSinkhornOptions(options: SinkhornOptions): void {
  requireOptions(options, "epsilon: 0.1");
  const { epsilon, maxIterations = 1, tolerance = 0, momentum = 1, domain = "auto", rho } = options;
  checkEpsilon(epsilon);
  checkCount(maxIterations, "maxIterations");
  checkTolerance(tolerance, "tolerance");
  requireThat(isNumber(momentum) && momentum > 0 && momentum < 2, "momentum", "a number in (0, 2)", momentum);
  checkDomain(domain);
  checkRho(rho);
}

/** The options with their defaults. Throws OptionError. */
export function resolveFixedOptions({ iterations = 100, domain = "auto", rho }: FixedSinkhornOptions) {
  checkCount(iterations, "iterations");
  checkDomain(domain);
  const sides = checkRho(rho);
  return { iterations, domain, ...(sides && { rho: sides }) };
}

/** Throws OptionError unless it is a number of iterations. */
export function checkCount(count: number, option: string): void {
  requireThat(
    Number.isInteger(count) && count > 0 && count <= MOST_ITERATIONS,
    option,
    `a positive integer of at most ${MOST_ITERATIONS}`,
    count,
  );
}

export function checkTolerance(tolerance: number, option: string): void {
  requireThat(isNumber(tolerance) && tolerance >= 0 && tolerance < Infinity, option, "a finite number >= 0", tolerance);
}

/** Throws OptionError unless the option holds. */
export function requireThat(holds: boolean, option: string, expected: string, got: unknown): void {
  if (!holds) throw new OptionError(option, `expected ${expected}, got ${String(got)}`);
}

function checkDomain(domain: SinkhornDomain): void {
  requireThat(["auto", "log", "scaling"].includes(domain), "domain", "auto, log or scaling", domain);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
