import { InputError } from "../../errors.ts";

/**
 * Where the scalings live. `scaling`: as they are, fast, and out of range when costs are large against epsilon. `log`: as
 * logarithms, never out of range. `auto`: as fast as the first and as safe as the second, see `hostBarycenter`; composed
 * tensor operations cannot look at values before they go on, and take `log` for it.
 */
export type BarycenterDomain = "auto" | "scaling" | "log";

/** What defines the barycenter operator besides atoms, weights and geometry. */
export interface BarycenterOptions {
  /** Entropic regularisation in cost units (gamma in the dictionary paper, K = exp(-C / epsilon)). Above 0. */
  readonly epsilon: number;
  /** Sinkhorn iterations L, always carried out in full. At least 1. */
  readonly iterations: number;
  /** @default "auto" */
  readonly domain?: BarycenterDomain | undefined;
  /**
   * Extrapolation exponent tau <= 0 of the heavy-ball variant: a <- a_previous^tau a_new^(1 - tau), b likewise. -0.1 is
   * typical; 0 is the plain iteration. Schmitz et al. 2018, Algorithm 5.
   * @default 0
   */
  readonly heavyBall?: number;
  /**
   * Weight of the KL penalty on the marginals (unbalanced transport), in cost units, above 0. Infinity is the balanced
   * problem. Schmitz et al. 2018, Algorithm 6.
   * @default Infinity
   */
  readonly rho?: number;
}

/** Options with defaults filled in, and the exponents that follow from them. */
export interface ResolvedOptions {
  readonly epsilon: number;
  readonly iterations: number;
  readonly domain: BarycenterDomain;
  /** tau */
  readonly memory: number;
  /** (1 - tau) rho / (rho + epsilon): the exponent of d / K b and of p / K^T a. 1 in the plain case. */
  readonly update: number;
  /** epsilon / (rho + epsilon): the exponent of the power mean that p is; 0 for the geometric mean (balanced). */
  readonly power: number;
  /** Balanced and without heavy-ball: p / K^T a and d / K b without powers. */
  readonly plain: boolean;
  /** Scalings that a warm start needs: 1 (b), or 2 (b and a) with heavy-ball. */
  readonly sides: 1 | 2;
}

/** Checks the options and works out the exponents. Throws InputError. */
export function resolveBarycenterOptions(options: BarycenterOptions): ResolvedOptions {
  const { epsilon, iterations, domain = "auto", heavyBall = 0, rho = Infinity } = options;
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new InputError(`barycenter: epsilon must be a number above 0, got ${epsilon}`);
  }
  if (!(Number.isInteger(iterations) && iterations >= 1)) {
    throw new InputError(`barycenter: iterations must be a whole number of at least 1, got ${iterations}`);
  }
  if (!(heavyBall <= 0 && Number.isFinite(heavyBall))) {
    throw new InputError(`barycenter: heavyBall must be a number of at most 0 (try -0.1), got ${heavyBall}`);
  }
  if (!(rho > 0)) throw new InputError(`barycenter: rho must be above 0 (Infinity for balanced), got ${rho}`);
  if (!["auto", "scaling", "log"].includes(domain)) {
    throw new InputError(`barycenter: domain must be "auto", "scaling" or "log", got ${JSON.stringify(domain)}`);
  }
  const marginal = rho === Infinity ? 1 : rho / (rho + epsilon);
  return {
    epsilon,
    iterations,
    domain,
    memory: heavyBall,
    update: (1 - heavyBall) * marginal,
    power: 1 - marginal,
    plain: heavyBall === 0 && rho === Infinity,
    sides: heavyBall === 0 ? 1 : 2,
  };
}
