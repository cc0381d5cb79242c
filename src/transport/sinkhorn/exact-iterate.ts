import type { HostKernel } from "../../geometry/geometry.ts";
import type { HostMarginals } from "../histograms.ts";
import { iterateIn, type HostIterate, type LogScalings } from "./host-iterate.ts";
import type { SinkhornDomain, SinkhornStatus } from "./options.ts";
import type { MarginalPenalty, Sides } from "./rho.ts";
import { unbalancedIterateIn } from "./unbalanced-iterate.ts";

/** f [n] and g [m] in cost units: `P_ij = exp((f_i + g_j - C_ij) / epsilon)`. -Infinity where there is no mass. */
export interface HostPotentials {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly epsilon: number;
  /** The penalties of an unbalanced problem; absent where marginals are exact. */
  readonly rho?: Sides;
}

export interface SinkhornHostResult extends HostPotentials {
  readonly iterations: number;
  /**
   * The first marginal's L1 violation after each iteration, as a share of the total mass; with momentum, the sum of both
   * marginals'. Unbalanced: the share of mass times relative change of the first scaling in the next half step, the same where
   * `rho.a` is infinite.
   */
  readonly errors: readonly number[];
  readonly status: SinkhornStatus;
  /** Where the iteration ended: `auto` may have gone from the scaling to the log domain on the way. */
  readonly domain: "log" | "scaling";
  /** The initialiser that the start came from: the guard may have taken another than was given. Absent where a solver takes none. */
  readonly start?: string;
}

/**
 * An iterate whose every step is exact: under `auto` it starts on scalings and changes to the log domain, for good, at the
 * first step that float64 scalings cannot hold.
 */
export class ExactIterate {
  readonly #kernel: HostKernel;
  readonly #marginals: HostMarginals;
  readonly #mayChange: boolean;
  readonly #penalty: MarginalPenalty | undefined;
  #state: HostIterate;
  #domain: "log" | "scaling";

  constructor(
    kernel: HostKernel,
    marginals: HostMarginals,
    start: LogScalings,
    domain: SinkhornDomain,
    penalty?: MarginalPenalty,
  ) {
    this.#kernel = kernel;
    this.#marginals = marginals;
    this.#mayChange = domain === "auto";
    this.#penalty = penalty;
    this.#state = this.#begin(domain, penalty && !start.logU ? withoutConstant(start, kernel.epsilon) : start);
    this.#domain = domain === "log" ? "log" : "scaling";
  }

  get domain(): "log" | "scaling" {
    return this.#domain;
  }

  applyKernel(): void {
    this.#exactly((state) => state.applyKernel());
  }

  updateFirst(omega: number): void {
    this.#state.updateFirst(omega);
  }

  updateSecond(omega: number): void {
    this.#exactly((state) => state.updateSecond(omega));
  }

  mirror(): void {
    this.#state.mirror();
  }

  violation(): number {
    return this.#state.violation();
  }

  /** In cost units. Only after the first half step, or from a start that has both scalings. */
  potentials(): HostPotentials {
    const { epsilon } = this.#kernel;
    const { logU, logV, translation: lambda = 0 } = this.#state.logScalings();
    if (this.#penalty) {
      const [f, g] = [logU!.map((value) => value * epsilon + lambda), logV.map((value) => value * epsilon - lambda)];
      return { f, g, epsilon, rho: this.#penalty.rho };
    }
    return { f: logU!.map((value) => value * epsilon), g: logV.map((value) => value * epsilon), epsilon };
  }

  #exactly(step: (state: HostIterate) => boolean): void {
    if (step(this.#state) || !this.#mayChange || this.#domain === "log") return;
    this.#state = this.#begin("log", this.#state.logScalings());
    this.#domain = "log";
    step(this.#state);
  }

  #begin(domain: SinkhornDomain, start: LogScalings): HostIterate {
    return this.#penalty
      ? unbalancedIterateIn(domain, this.#kernel, this.#marginals, start, this.#penalty)
      : iterateIn[domain](this.#kernel, this.#marginals, start);
  }
}

/** An unbalanced start's constant is not free: kept apart, it cannot make scalings leave float64. */
function withoutConstant({ logV }: LogScalings, epsilon: number): LogScalings {
  const top = logV.reduce((most, value) => Math.max(most, value), -Infinity);
  return { logU: undefined, logV: logV.map((value) => value - top), translation: -top * epsilon };
}

/**
 * Runs `iterate` (which returns the error) until the error is at or below the tolerance, is not finite, or the iterations
 * are spent.
 */
export function untilTolerance(
  iterate: (iteration: number) => number,
  tolerance: number,
  maxIterations: number,
): { errors: number[]; status: SinkhornStatus } {
  const errors: number[] = [];
  while (errors.length < maxIterations) {
    const error = iterate(errors.length + 1);
    errors.push(error);
    if (!Number.isFinite(error)) return { errors, status: "non-finite" };
    if (error <= tolerance) return { errors, status: "converged" };
  }
  return { errors, status: "max-iterations" };
}

/** A result counts as converged only where it is finite wherever there is mass. */
export function finiteOnly(result: SinkhornHostResult, { a, b }: HostMarginals): SinkhornHostResult {
  const isFinite = (potential: Float64Array, masses: Float64Array): boolean =>
    potential.every((value, index) => masses[index] === 0 || Number.isFinite(value));
  if (result.status !== "converged" || (isFinite(result.f, a) && isFinite(result.g, b))) return result;
  return { ...result, status: "non-finite" };
}
