import type { ChainResult } from "../../src/transport/chain/problem.ts";
import type { Couplings } from "./couplings.ts";
import { scaled } from "./matrix.ts";
import type { EmbedProblem } from "./problem.ts";

/** A plan of mass one, its KL divergence to the uniform product, and that of its marginals on X and Y to their weights. */
interface PlanOfMassOne {
  readonly couplings: Couplings;
  readonly entropy: number;
  readonly divergence: number;
}

/**
 * The plan of a chain problem scaled to mass one. Where the marginals are relaxed that is the minimiser among plans of mass one: a
 * constant cost, as of a constraint on the mass, changes nothing of a relaxed plan but its mass.
 */
export function planOfMassOne(
  solved: ChainResult,
  { x, y }: EmbedProblem,
  epsilon: number,
  rho: number,
): PlanOfMassOne {
  const sides = [
    { marginal: solved.marginals[0], weights: x.weights },
    { marginal: solved.marginals[3], weights: y.weights },
  ];
  const mass = sides[0].marginal.reduce((sum, value) => sum + value, 0);
  const divergenceAt = (scale: number): number =>
    rho === 0 ? 0 : sides.reduce((sum, { marginal, weights }) => sum + generalizedKl(marginal, weights, scale), 0);
  // sum P log(P / R) - P + R of the plan as it is, R of mass one
  const kl = (solved.objective - solved.transportCost - rho * divergenceAt(1)) / epsilon;
  // a given marginal, the last of which is exact, has mass one
  const [xz, zz, zy] = solved.pairMarginals.map((marginal) => (rho === 0 ? marginal : scaled(marginal, 1 / mass)));
  return {
    couplings: { xz, zz, zy },
    entropy: (kl + mass - 1) / mass - Math.log(mass),
    divergence: divergenceAt(1 / mass),
  };
}

/** sum p log(p / q) - p + q for p = scale * marginal */
function generalizedKl(marginal: Float64Array, q: Float64Array, scale: number): number {
  return marginal.reduce((sum, value, at) => {
    const p = scale * value;
    return sum + (p > 0 ? p * Math.log(p / q[at]) : 0) - p + q[at];
  }, 0);
}
