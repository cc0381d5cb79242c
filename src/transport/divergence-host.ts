import { requireGeometry } from "../geometry/checks.ts";
import type { Geometry } from "../geometry/geometry.ts";
import type { Numbers } from "../tensor/ndarray.ts";
import { hostMarginals, totalOf } from "./histograms.ts";
import type { SinkhornHostResult } from "./sinkhorn/exact-iterate.ts";
import { checkSinkhornOptions } from "./sinkhorn/options.ts";
import { sinkhornHost, type SinkhornHostOptions } from "./sinkhorn/host.ts";
import { entropicValues, klPotentials } from "./sinkhorn/objective.ts";
import { divergenceGradient } from "./sinkhorn/penalties.ts";
import { checkOneRho } from "./sinkhorn/rho.ts";
import { sinkhornSymmetricHost } from "./sinkhorn/symmetric.ts";

/** The geometry between the two sides and within each; one symmetric geometry stands for all three. */
export type DivergenceGeometries = Geometry | { readonly xy: Geometry; readonly xx: Geometry; readonly yy: Geometry };

export interface SinkhornDivergenceHostResult {
  /** OT(a, b) - (OT(a, a) + OT(b, b)) / 2, plus epsilon (m_a - m_b)^2 / 2 where totals differ; cost units. */
  readonly divergence: number;
  /** The three objectives <P, C> + epsilon KL(P | a b^T), unbalanced with the penalties. */
  readonly terms: { readonly ab: number; readonly aa: number; readonly bb: number };
  /**
   * fKL_ab - fKL_aa [n]: the gradient in a up to a constant, finite at zero masses. Unbalanced, (rho + epsilon) (exp(-fKL_aa / rho) -
   * exp(-fKL_ab / rho)).
   */
  readonly gradientA: Float64Array;
  /** gKL_ab - gKL_bb [m] */
  readonly gradientB: Float64Array;
  /** How the three problems ended. */
  readonly solutions: {
    readonly ab: SinkhornHostResult;
    readonly aa: SinkhornHostResult;
    readonly bb: SinkhornHostResult;
  };
}

/**
 * Sinkhorn divergence of a [n] and b [m] in float64 (Feydy et al. 2019): not negative, zero for a = b. The two self terms are
 * solved with averaged symmetric updates. Options are those of `sinkhornHost`; momentum, initialiser and epsilon scaling
 * concern OT(a, b) alone.
 *
 * With a finite `rho`, one for both sides, it is the unbalanced divergence of Sejourne et al. 2019 (eq. 15 there), which takes any two
 * totals and is zero for a = b alone too. Throws InputError for bad masses or options.
 */
export function sinkhornDivergenceHost(
  massesA: Numbers,
  massesB: Numbers,
  geometries: DivergenceGeometries,
  options: SinkhornHostOptions,
): SinkhornDivergenceHostResult {
  const { xy, xx, yy } = "xy" in geometries ? geometries : { xy: geometries, xx: geometries, yy: geometries };
  checkSinkhornOptions(options);
  for (const geometry of [xy, xx, yy]) requireGeometry(geometry, "sinkhornDivergenceHost");
  const { epsilon, domain, tolerance, maxIterations } = options;
  const rho = checkOneRho(options.rho, "a divergence");
  const { a, b } = hostMarginals(massesA, massesB, xy.shape, rho < Infinity ? { rho } : undefined);
  const selfOptions = { epsilon, domain, tolerance, maxIterations, rho };
  const solutions = {
    ab: sinkhornHost(a, b, xy, options),
    aa: sinkhornSymmetricHost(a, xx, selfOptions),
    bb: sinkhornSymmetricHost(b, yy, selfOptions),
  };
  // At the optimum both forms agree. The dual's error is of second order in that of the potentials.
  const terms = {
    ab: entropicValues(a, b, xy, solutions.ab).dual,
    aa: entropicValues(a, a, xx, solutions.aa).dual,
    bb: entropicValues(b, b, yy, solutions.bb).dual,
  };
  const ab = klPotentials(xy, solutions.ab);
  const aa = klPotentials(xx, solutions.aa);
  const bb = klPotentials(yy, solutions.bb);
  const gradient = (potential: number, own: number): number => divergenceGradient(potential, own, rho, epsilon);
  const ofTotals = rho < Infinity ? (epsilon / 2) * (totalOf(a) - totalOf(b)) ** 2 : 0;
  return {
    divergence: terms.ab - (terms.aa + terms.bb) / 2 + ofTotals,
    terms,
    gradientA: ab.fKL.map((value, index) => gradient(value, aa.fKL[index])),
    gradientB: ab.gKL.map((value, index) => gradient(value, bb.gKL[index])),
    solutions,
  };
}
