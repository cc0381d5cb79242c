import { OptionError } from "../../errors.ts";
import { checkEpsilon } from "../../geometry/checks.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { checkCount, checkTolerance, requireThat } from "../sinkhorn/options.ts";

/**
 * What a linearised problem is regularised by: KL(P | p q^T), which stays in the objective, or KL(P | the plan before), which
 * vanishes at the end (a proximal step; POT's solver "PPA").
 */
export type GromovRegularization = "entropy" | "proximal";

export interface GromovOptions {
  /**
   * Strength of the regularisation, in the units of the objective (distances squared); POT's `epsilon`. Without it the linearised
   * problems are solved exactly.
   * @default none
   */
  readonly epsilon?: number;
  /** @default "entropy" */
  readonly regularization?: GromovRegularization;
  /** Costs M [nx, ny] between the features of points, of any sign, which make the problem a fused one. @default none */
  readonly features?: NdArray;
  /** Share of the distances in [0, 1]; features have the rest. @default 0.5 with features, else 1 */
  readonly alpha?: number;
  /**
   * Strength of the penalty of each marginal, in the units of the objective: Infinity where it is given, 0 where it is free (the
   * semi-relaxed problem is [Infinity, 0]), between them where deviations cost rho times their KL divergence. One number for both,
   * or one each. Finite positive ones need `epsilon`.
   * @default Infinity
   */
  readonly rho?: number | readonly [first: number, second: number];
  /** A coupling [nx, ny] to start from, with the given marginals. @default the product of the weights */
  readonly start?: NdArray;
  /** Runs from so many couplings, the first as above, the others random; the one with the lowest objective is kept. @default 1 */
  readonly starts?: number;
  /** Of the random couplings. @default 0 */
  readonly seed?: number;
  /**
   * Stop when a step moves at most this share of the mass (with epsilon), or lowers the objective by at most this share of it
   * (without).
   * @default 1e-7 with epsilon, 1e-9 without
   */
  readonly tolerance?: number;
  /** Linearised problems, a start. @default 1000 */
  readonly maxIterations?: number;
  /** With epsilon: L1 violation of the marginals of the linearised problems, as a share of the mass. @default 1e-8 */
  readonly innerTolerance?: number;
  /**
   * With epsilon: iterations of a linearised problem, the next of which goes on from its potentials. At very small epsilon, where
   * plans become permutations, they may not suffice: `errors` of the result tell.
   * @default 1000
   */
  readonly innerMaxIterations?: number;
}

export type Rho = readonly [first: number, second: number];

export interface ResolvedOptions extends Omit<GromovOptions, "rho"> {
  readonly regularization: GromovRegularization;
  readonly alpha: number;
  readonly rho: Rho;
  readonly starts: number;
  readonly seed: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly innerTolerance: number;
  readonly innerMaxIterations: number;
}

/** The options with their defaults. Throws OptionError. */
export function resolveGromovOptions(options: GromovOptions): ResolvedOptions {
  const { rho = Infinity, ...rest } = options;
  const resolved: ResolvedOptions = {
    ...rest,
    regularization: options.regularization ?? "entropy",
    alpha: options.alpha ?? (options.features ? 0.5 : 1),
    rho: checkRho(rho),
    starts: options.starts ?? 1,
    seed: options.seed ?? 0,
    tolerance: options.tolerance ?? (options.epsilon === undefined ? 1e-9 : 1e-7),
    maxIterations: options.maxIterations ?? 1000,
    innerTolerance: options.innerTolerance ?? 1e-8,
    innerMaxIterations: options.innerMaxIterations ?? 1000,
  };
  const { epsilon, regularization, features, alpha } = resolved;
  if (epsilon !== undefined) checkEpsilon(epsilon);
  requireThat(
    ["entropy", "proximal"].includes(regularization),
    "regularization",
    "entropy or proximal",
    regularization,
  );
  requireThat(alpha >= 0 && alpha <= 1, "alpha", "a number in [0, 1]", alpha);
  if (alpha !== 1 && !features)
    throw new OptionError("alpha", `${alpha} leaves a share to features: give features too`);
  checkCount(resolved.starts, "starts");
  requireThat(Number.isInteger(resolved.seed), "seed", "an integer", resolved.seed);
  checkTolerance(resolved.tolerance, "tolerance");
  checkCount(resolved.maxIterations, "maxIterations");
  checkTolerance(resolved.innerTolerance, "innerTolerance");
  checkCount(resolved.innerMaxIterations, "innerMaxIterations");
  checkTogether(resolved);
  return resolved;
}

/** Whether deviations of a marginal are penalised. */
export function isRelaxed(rho: number): boolean {
  return rho > 0 && rho < Infinity;
}

function checkRho(given: number | Rho): Rho {
  const rho: readonly number[] = typeof given === "number" ? [given, given] : given;
  const holds = Array.isArray(rho) && rho.length === 2 && rho.every((strength) => strength >= 0);
  requireThat(holds, "rho", "a number >= 0 (Infinity for a given marginal), or one for each marginal", given);
  requireThat(
    rho.some((strength) => strength > 0),
    "rho",
    "one marginal at least that is not free",
    "0 for both",
  );
  return [rho[0], rho[1]];
}

function checkTogether({ rho, epsilon, regularization }: ResolvedOptions): void {
  const relaxed = rho.some(isRelaxed);
  if (epsilon === undefined && relaxed) {
    throw new OptionError("rho", `relaxed marginals (${rho.join(", ")}) need an entropy: give epsilon too`);
  }
  if (regularization === "proximal" && (epsilon === undefined || relaxed)) {
    const expected = "epsilon, and marginals that are given or free";
    throw new OptionError(
      "regularization",
      `proximal steps need ${expected}, got epsilon ${epsilon} and rho ${rho.join(", ")}`,
    );
  }
}
