import type { CheckedChain } from "./checked.ts";
import type { KeptTerms, RatioChain } from "./engine.ts";
import type { LogState } from "./log-state.ts";

/** The share of a sum that dropped entries may be. */
const DROPPED_SHARE = 1e-16;
/** Log of the smallest marginal at a point with mass with which square roots and products stay normal numbers. */
const LEAST_LOG_MASS = -460;

export interface Ratios {
  readonly terms: readonly KeptTerms[];
  readonly chain: RatioChain;
}

/**
 * The ratios of an iterate to itself, which are ones, and the link matrices with which they go on: a link's pair marginal divided
 * by the square roots of its nodes' marginals, so the geometric mean of its two conditionals, in [0, 1] whatever epsilon is.
 * Undefined where a point with mass has a marginal too small for that.
 *
 * Messages, divided by those of the iterate, are averages over conditionals. So log(max / min) of a message is at most the sum of
 * those of the scalings, `range`. Two kinds of entries therefore take part in no sum by more than `DROPPED_SHARE` and are dropped:
 * those with conditionals below `DROPPED_SHARE exp(-range) / points`, the points being those summed over; and those whose mass
 * is as small a part of the smallest marginal that has to be met.
 */
export function ratiosOf({ sizes, constraints }: CheckedChain, state: LogState, range: number): Ratios | undefined {
  const { scalings, fromLeft, fromRight } = state;
  const half = scalings.map((scaling, node) =>
    scaling.map((log, index) => (fromLeft[node][index] + log + fromRight[node][index]) / 2),
  );
  let leastHalf = Infinity;
  constraints.forEach((constraint, node) => {
    if (!constraint) return;
    half[node].forEach((log, index) => {
      if (constraint.masses[index] > 0) leastHalf = Math.min(leastHalf, log);
    });
  });
  if (!(2 * leastHalf >= LEAST_LOG_MASS)) return undefined;

  const least = (points: number): number => Math.log(DROPPED_SHARE / points) - range;
  const terms = sizes.slice(1).map((points, link): KeptTerms => {
    const next = link + 1;
    return {
      row: half[link].map((log, index) => log - fromRight[link][index]),
      column: half[next].map((log, index) => log - fromLeft[next][index]),
      halfRow: half[link],
      halfColumn: half[next],
      leastOfRow: least(points),
      leastOfColumn: least(sizes[link]),
      leastMass: 2 * leastHalf + least(sizes[link] * points),
    };
  });
  return { terms, chain: ratioChain(sizes, constraints, scalings, half) };
}

function ratioChain(
  sizes: CheckedChain["sizes"],
  constraints: CheckedChain["constraints"],
  scalings: readonly Float64Array[],
  half: readonly Float64Array[],
): RatioChain {
  const total = sizes.reduce((sum, points) => sum + points, 0);
  const [root, goal, target] = [0, 1, 2].map(() => new Float64Array(total));
  const u = new Float64Array(total).fill(1);
  let begin = 0;
  sizes.forEach((points, node) => {
    root.set(half[node].map(Math.exp), begin);
    const constraint = constraints[node];
    if (constraint) {
      const { masses, logMasses, share } = constraint;
      const logPoints = Math.log(points);
      for (let index = 0; index < points; index++) {
        if (masses[index] === 0) {
          u[begin + index] = 0;
          continue;
        }
        const potential = scalings[node][index] + logPoints; // over epsilon
        goal[begin + index] =
          share === 1 ? masses[index] : Math.exp(share * logMasses[index] - (1 - share) * potential);
        target[begin + index] = masses[index] * Math.exp((1 - 1 / share) * potential);
      }
    }
    begin += points;
  });
  return {
    sizes,
    shares: Float64Array.from(constraints, (constraint) => constraint?.share ?? 0),
    root,
    goal,
    target,
    u,
  };
}

/** Takes the ratios into the logarithms, and brings the messages up to date. */
export function absorb(state: LogState, { sizes, u }: RatioChain): void {
  let at = 0;
  sizes.forEach((points, node) => {
    const scaling = state.scalings[node];
    for (let index = 0; index < points; index++, at++) {
      if (u[at] > 0) scaling[index] += Math.log(u[at]); // 0: no mass, which it says already
    }
  });
  state.passToLeft();
  state.passToRight(false);
}
