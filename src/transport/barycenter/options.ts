import { OptionError } from "../../errors.ts";
import { checkEpsilon, requireOptions } from "../../geometry/checks.ts";

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
  /** Sinkhorn iterations L, all of them unless there is a tolerance. A whole number from 1 to 2^31 - 1. */
  readonly iterations: number;
  /**
   * Ends the iterations of a data point at an error at or below this (see `BarycenterReport`), a share of the mass; `iterations` are then the most. 0 carries out all. Float32 kernels reach about 1e-5. What is differentiated takes none.
   * @default 0
   */
  readonly tolerance?: number | undefined;
  /** @default "auto" */
  readonly domain?: BarycenterDomain | undefined;
  /**
   * Extrapolation exponent -1 < tau <= 0 of the heavy-ball variant: a <- a_previous^tau a_new^(1 - tau), b likewise. -0.1 is
   * typical; 0 is the plain iteration. Schmitz et al. 2018, Algorithm 5. This is over-relaxation by 1 - tau, which converges
   * for no tau <= -1; measured, it does down to -0.7 and from -0.8 on diverges where epsilon is small.
   * @default 0
   */
  readonly heavyBall?: number;
  /**
   * Weight of the KL penalty on the marginals (unbalanced transport), in cost units, above 0. Infinity is the balanced
   * problem. Schmitz et al. 2018, Algorithm 6.
   * @default Infinity
   */
  readonly rho?: number;
  /**
   * The barycenter of Sinkhorn divergences, free of the entropic blur (Janati, Cuturi, Gramfort 2020, Algorithm 1): the iteration
   * carries a scaling D of the barycenter beside the b_s, p = D prod_s (K^T a_s)^lambda_s and D <- sqrt(D p / K D). Balanced, without
   * heavy-ball, under one symmetric cost.
   * @default false
   */
  readonly debiased?: boolean;
}

/** Options with defaults filled in, and the exponents that follow from them. */
export interface ResolvedOptions {
  readonly epsilon: number;
  readonly iterations: number;
  readonly tolerance: number;
  readonly domain: BarycenterDomain;
  /** tau */
  readonly memory: number;
  /** (1 - tau) rho / (rho + epsilon): the exponent of d / K b and of p / K^T a. 1 in the plain case. */
  readonly update: number;
  /** rho / (rho + epsilon) */
  readonly marginal: number;
  /** epsilon / (rho + epsilon): the exponent of the power mean that p is; 0 for the geometric mean (balanced). */
  readonly power: number;
  /** Balanced and without heavy-ball: p / K^T a and d / K b without powers. */
  readonly plain: boolean;
  /** Sides whose scalings a warm start needs: 1 (b), or 2 (b and a) with heavy-ball. */
  readonly sides: 1 | 2;
  readonly debiased: boolean;
}

/** What a 32-bit count holds. */
export const MOST_ITERATIONS = 2 ** 31 - 1;

const DOMAINS: readonly BarycenterDomain[] = ["auto", "scaling", "log"];

/** Checks the options and works out the exponents. Throws InputError (OptionError). */
export function resolveBarycenterOptions(options: BarycenterOptions): ResolvedOptions {
  requireOptions(options, "epsilon: 0.1, iterations: 100");
  const {
    epsilon,
    iterations,
    domain = "auto",
    tolerance = 0,
    heavyBall = 0,
    rho = Infinity,
    debiased = false,
  } = options;
  checkEpsilon(epsilon);
  if (!(Number.isInteger(iterations) && iterations >= 1 && iterations <= MOST_ITERATIONS)) {
    throw new OptionError("iterations", `expected a whole number from 1 to ${MOST_ITERATIONS}, got ${iterations}`);
  }
  if (!(tolerance >= 0 && tolerance < Infinity)) {
    throw new OptionError("tolerance", `expected a number of at least 0, got ${tolerance}`);
  }
  if (!(heavyBall > -1 && heavyBall <= 0)) {
    throw new OptionError("heavyBall", `expected -1 < tau <= 0 (try -0.1), got ${heavyBall}`);
  }
  if (!(rho > 0)) throw new OptionError("rho", `expected a number above 0 (Infinity for balanced), got ${rho}`);
  if (!DOMAINS.includes(domain)) {
    throw new OptionError("domain", `expected one of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain)}`);
  }
  checkDebiased(debiased, heavyBall, rho);
  const marginal = rho === Infinity ? 1 : rho / (rho + epsilon);
  return {
    epsilon,
    iterations,
    tolerance,
    domain,
    memory: heavyBall,
    update: (1 - heavyBall) * marginal,
    marginal,
    power: 1 - marginal,
    plain: heavyBall === 0 && rho === Infinity,
    sides: heavyBall === 0 ? 1 : 2,
    debiased,
  };
}

function checkDebiased(debiased: boolean, heavyBall: number, rho: number): void {
  if (typeof debiased !== "boolean") {
    throw new OptionError("debiased", `expected true or false, got ${JSON.stringify(debiased)}`);
  }
  if (debiased && heavyBall !== 0) {
    throw new OptionError("debiased", `not defined with heavy-ball (${heavyBall}); leave one of the two out`);
  }
  if (debiased && rho !== Infinity) {
    throw new OptionError("debiased", `not defined for unbalanced barycenters (rho ${rho}); leave one of the two out`);
  }
}

/**
 * Shape of the log-scalings of B data points, S atoms and N pixels that iterations end with and start from: [B, sides, S, N], and where they
 * are debiased [B, 1, S + 1, N], whose last row is log D.
 */
export function logScalingShape(
  { sides, debiased }: Pick<ResolvedOptions, "sides" | "debiased">,
  points: number,
  atoms: number,
  pixels: number,
): [number, number, number, number] {
  return [points, sides, debiased ? atoms + 1 : atoms, pixels];
}
