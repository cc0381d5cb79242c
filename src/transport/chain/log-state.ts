import type { HostKernel } from "../../geometry/geometry.ts";
import type { CheckedChain, Constraint } from "./checked.ts";

/**
 * The iterate in logarithms. With all its members up to date, the plan's marginal at a node is
 * `exp(fromLeft + scaling + fromRight)`.
 */
export class LogState {
  readonly #chain: CheckedChain;
  readonly #kernels: readonly HostKernel[];
  /** Logarithm of the plan's factor at each node: potential / epsilon - log n, the reference's share of 1 / n included. */
  readonly scalings: readonly Float64Array[];
  /** Log of the sum of the plan's factors over everything left of a node, for each of its points; zeros at the first node. */
  readonly fromLeft: readonly Float64Array[];
  /** The same of everything to the right. */
  readonly fromRight: readonly Float64Array[];

  constructor(chain: CheckedChain) {
    const { links, sizes, constraints, epsilon, start } = chain;
    this.#chain = chain;
    this.#kernels = links.map((link) => link.hostKernel(epsilon));
    this.scalings = sizes.map((points, node) => {
      const constraint = constraints[node];
      const potential = start?.[node] ?? new Float64Array(points);
      return Float64Array.from({ length: points }, (_, index) => {
        if (!constraint) return -Math.log(points);
        return constraint.masses[index] > 0 ? potential[index] / epsilon - Math.log(points) : -Infinity;
      });
    });
    this.fromLeft = sizes.map((points) => new Float64Array(points));
    this.fromRight = sizes.map((points) => new Float64Array(points));
  }

  passToLeft(): void {
    for (let link = this.#kernels.length - 1; link >= 0; link--) {
      const sent = add(this.scalings[link + 1], this.fromRight[link + 1]);
      this.#kernels[link].logApply(sent, this.fromRight[link]);
    }
  }

  /** Updates each node on the way if asked to. The messages from the right have to be up to date, and are not any more if it updates. */
  passToRight(update: boolean): void {
    for (let node = 0; node < this.scalings.length; node++) {
      const constraint = this.#chain.constraints[node];
      if (update && constraint) this.#update(node, constraint);
      if (node === this.#kernels.length) return;
      const sent = add(this.scalings[node], this.fromLeft[node]);
      this.#kernels[node].logApplyTranspose(sent, this.fromLeft[node + 1]);
    }
  }

  /** One update of each node, from left to right; returns by how much the scalings' shapes changed (a sum of `spread`s). */
  iterate(): number {
    const before = this.scalings.map((scaling) => scaling.slice());
    this.passToRight(true);
    this.passToLeft();
    return this.scalings.reduce((sum, scaling, node) => sum + spread(scaling, before[node]), 0);
  }

  /**
   * L1 distance of the marginals from what they should be, as a share of the latter's mass, summed over nodes; the last one's is
   * zero, since it was updated last.
   */
  violation(): number {
    const { constraints, sizes, epsilon } = this.#chain;
    const last = constraints.findLastIndex((constraint) => constraint);
    let violation = 0;
    for (let node = 0; node < last; node++) {
      const constraint = constraints[node];
      if (!constraint) continue;
      const [left, scaling, right] = [this.fromLeft[node], this.scalings[node], this.fromRight[node]];
      let [away, total] = [0, 0];
      for (let index = 0; index < scaling.length; index++) {
        const mass = constraint.masses[index];
        if (mass === 0) continue;
        const potential = (scaling[index] + Math.log(sizes[node])) * epsilon;
        const aim = mass * Math.exp(-potential / constraint.rho);
        away += Math.abs(Math.exp(left[index] + scaling[index] + right[index]) - aim);
        total += aim;
      }
      violation += away / total;
    }
    return violation;
  }

  /** Moves towards the scaling that meets the marginal, all the way where it is given. */
  #update(node: number, { logMasses, share }: Constraint): void {
    const [left, scaling, right] = [this.fromLeft[node], this.scalings[node], this.fromRight[node]];
    const logPoints = Math.log(scaling.length);
    for (let index = 0; index < scaling.length; index++) {
      scaling[index] = share * (logMasses[index] + logPoints - left[index] - right[index]) - logPoints;
    }
  }
}

export function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, index) => value + b[index]);
}

/** max - min of the difference, over points with mass. */
function spread(now: Float64Array, before: Float64Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (let index = 0; index < now.length; index++) {
    if (now[index] === -Infinity) continue;
    const change = now[index] - before[index];
    least = Math.min(least, change);
    most = Math.max(most, change);
  }
  return most - least;
}
