import type { CostProducts } from "./cost-factors.ts";
import type { Factors } from "./factors.ts";

export type Gradient = Factors & { readonly value: number };

/** The objective and its gradient in the three factors. */
export function gradientOf(cost: CostProducts, { q, r, g }: Factors, epsilon: number): Gradient {
  const rank = g.length;
  const ofQ = cost.apply(r, rank);
  const ofR = cost.applyTranspose(q, rank);
  const shares = new Float64Array(rank); // <Q_k, C R_k>
  for (let at = 0; at < q.length; at++) shares[at % rank] += q[at] * ofQ[at];
  for (const part of [ofQ, ofR]) for (let at = 0; at < part.length; at++) part[at] /= g[at % rank];
  const ofG = shares.map((share, k) => -share / g[k] ** 2);
  let value = shares.reduce((sum, share, k) => sum + share / g[k], 0);
  if (epsilon > 0) {
    value += epsilon * (addEntropy(q, ofQ, epsilon) + addEntropy(r, ofR, epsilon) + addEntropy(g, ofG, epsilon));
  }
  return { q: ofQ, r: ofR, g: ofG, value };
}

/** sum x (log x - 1), whose gradient is added to another; where x is 0 it stays so, whatever the gradient. */
function addEntropy(x: Float64Array, gradient: Float64Array, epsilon: number): number {
  let sum = 0;
  for (let at = 0; at < x.length; at++) {
    if (x[at] === 0) continue;
    const log = Math.log(x[at]);
    gradient[at] += epsilon * log;
    sum += x[at] * (log - 1);
  }
  return sum;
}
