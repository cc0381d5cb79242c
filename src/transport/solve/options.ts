import { OptionError } from "../../errors.ts";
import { requireOptions } from "../../geometry/checks.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { EpsilonScaling } from "../sinkhorn/epsilon-scaling.ts";
import type { GuardOption } from "../sinkhorn/guard.ts";
import { checkCount, checkSinkhornOptions, requireThat, type SinkhornDomain } from "../sinkhorn/options.ts";
import { checkRho, type Rho } from "../sinkhorn/rho.ts";

/** What scales epsilon and rho: a number in cost units, or that of the costs. */
export type CostScale = number | "max" | "mean" | "median";

/** All have defaults: without epsilon transport is exact. */
export interface TransportOptions extends GuardOption {
  /**
   * Strength of the entropy KL(P | a b^T), in units of `scaleCost`. "auto" is 0.05 standard deviations of the costs, as in OTT.
   * @default none: exact transport by the network simplex
   */
  readonly epsilon?: number | "auto" | undefined;
  /** Penalties of the marginals (unbalanced transport), as of `sinkhornHost`, in units of `scaleCost`; needs epsilon. @default Infinity */
  readonly rho?: Rho | undefined;
  /**
   * The unit of epsilon and rho: the plan is that of the cost divided by it. Values and potentials keep the units of the cost. Of more
   * than 2^24 entries a regular sample of as many is taken.
   * @default 1
   */
  readonly scaleCost?: CostScale | undefined;
  /** Where Sinkhorn stops: as of `sinkhornHost`; needs epsilon. @default 1e-9 */
  readonly tolerance?: number | undefined;
  /** Iterations of Sinkhorn, or pivots of exact transport. @default 10_000, exact: 1e8 */
  readonly maxIterations?: number | undefined;
  /** Where Sinkhorn starts, or its name; needs epsilon. @default ones */
  readonly initializer?: Initializer | string | undefined;
  /** As of `sinkhornHost`; needs epsilon. @default "auto" */
  readonly domain?: SinkhornDomain | undefined;
  /** As of `sinkhornHost`; needs epsilon. @default 1 */
  readonly momentum?: number | undefined;
  /** As of `sinkhornHost`; needs epsilon. @default none */
  readonly epsilonScaling?: EpsilonScaling | undefined;
}

const NEED_EPSILON = ["rho", "tolerance", "initializer", "guard", "domain", "momentum", "epsilonScaling"] as const;
const KNOWN: readonly string[] = ["epsilon", "scaleCost", "maxIterations", ...NEED_EPSILON];
const SCALES: readonly unknown[] = ["max", "mean", "median"];

/** Throws OptionError for an option that is unknown, out of its range, or has no meaning without epsilon. */
export function checkSolveOptions(options: TransportOptions): void {
  requireOptions(options, "epsilon: 0.1");
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) throw new OptionError(name, `unknown; known are ${KNOWN.join(", ")}`);
  }
  const { epsilon, rho, scaleCost = 1, tolerance, maxIterations, domain, momentum } = options;
  const isScale = typeof scaleCost === "number" ? scaleCost > 0 && scaleCost < Infinity : SCALES.includes(scaleCost);
  requireThat(isScale, "scaleCost", "a positive finite number, max, mean or median", scaleCost);
  if (epsilon === undefined) {
    const given = NEED_EPSILON.find((name) => options[name] !== undefined);
    if (given) throw new OptionError(given, 'is of entropic transport; give epsilon (or "auto"), or leave it out');
    if (maxIterations !== undefined) checkCount(maxIterations, "maxIterations");
    return;
  }
  checkSinkhornOptions({
    epsilon: epsilon === "auto" ? 1 : epsilon,
    ...(tolerance === undefined ? {} : { tolerance }),
    ...(maxIterations === undefined ? {} : { maxIterations }),
    ...(domain === undefined ? {} : { domain }),
    ...(momentum === undefined ? {} : { momentum }),
  });
  checkRho(rho);
}
