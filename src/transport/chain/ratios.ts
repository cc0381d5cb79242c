import type { CheckedChain } from "./checked.ts";
import type { ChainEngine, LinkCost, RatioChain } from "./engine.ts";
import { add, type LogState } from "./log-state.ts";

/** The share of a sum that dropped entries may be. */
const DROPPED_SHARE = 1e-16;

/**
 * The ratios of an iterate to itself: ones, with the conditionals that the iterate has.
 *
 * Messages in ratios are averages, so log(max / min) of every message and of what is sent on is at most the sum of those of the
 * scalings' ratios. While that is within `range`, an entry below `DROPPED_SHARE / columns * exp(-range)` of its row, the row
 * summing to one, takes part in no sum by more than 1 / columns of DROPPED_SHARE: it is dropped.
 */
export function ratiosOf(
  chain: CheckedChain,
  state: LogState,
  costs: readonly LinkCost[],
  engine: ChainEngine,
  range: number,
): RatioChain {
  const { sizes, constraints, epsilon } = chain;
  const { scalings, fromLeft, fromRight } = state;
  const least = (points: number): number => Math.log(DROPPED_SHARE / points) - range;
  const negative = (vector: Float64Array): Float64Array => vector.map((value) => -value);
  const links = costs.map((cost, link) => {
    const next = link + 1;
    return engine.conditionals(
      cost,
      { row: negative(fromRight[link]), column: add(scalings[next], fromRight[next]), least: least(sizes[next]) },
      { row: add(scalings[link], fromLeft[link]), column: negative(fromLeft[next]), least: least(sizes[link]) },
    );
  });

  const total = sizes.reduce((sum, points) => sum + points, 0);
  const vector = (): Float64Array => new Float64Array(total).fill(1);
  const [goal, target, u] = [vector(), vector(), vector()];
  let at = 0;
  for (let node = 0; node < sizes.length; at += sizes[node++]) {
    const constraint = constraints[node];
    if (!constraint) continue;
    const { masses, logMasses, share, rho } = constraint;
    const logPoints = Math.log(sizes[node]);
    for (let index = 0; index < masses.length; index++) {
      if (masses[index] === 0) {
        goal[at + index] = target[at + index] = u[at + index] = 0;
        continue;
      }
      const scaled = scalings[node][index] + logPoints; // the potential / epsilon
      const wanted = logMasses[index] + logPoints - fromLeft[node][index] - fromRight[node][index];
      goal[at + index] = Math.exp(share * wanted - scaled);
      target[at + index] = masses[index] * Math.exp((-scaled * epsilon) / rho);
    }
  }
  const shares = Float64Array.from(constraints, (constraint) => constraint?.share ?? 0);
  return { sizes: Int32Array.from(sizes), shares, links, goal, target, u, left: vector(), right: vector() };
}

/** Takes the ratios into the logarithms. */
export function absorb(state: LogState, { sizes, u, left, right }: RatioChain): void {
  let at = 0;
  sizes.forEach((points, node) => {
    for (let index = 0; index < points; index++, at++) {
      if (u[at] !== 0) state.scalings[node][index] += Math.log(u[at]); // 0: no mass, which it says already
      state.fromLeft[node][index] += Math.log(left[at]);
      state.fromRight[node][index] += Math.log(right[at]);
    }
  });
}
