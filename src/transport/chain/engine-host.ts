// Float64 in TypeScript: where the addon is not there.
import { multiply, RowsBuilder, transposed } from "./compressed-rows.ts";
import type { ChainEngine, RatioChain, RatioReport } from "./engine.ts";

export const hostChain: ChainEngine = {
  conditionals({ n, m, cost, inverse }, toLeft, toRight) {
    const [left, right] = [new RowsBuilder(), new RowsBuilder()];
    for (let row = 0, at = 0; row < n; row++) {
      const [rowLeft, rowRight] = [toLeft.row[row], toRight.row[row]];
      for (let column = 0; column < m; column++, at++) {
        const exponent = -cost[at] * inverse;
        const exponentLeft = rowLeft + toLeft.column[column] + exponent;
        const exponentRight = rowRight + toRight.column[column] + exponent;
        if (exponentLeft >= toLeft.least) left.push(column, Math.exp(exponentLeft));
        if (exponentRight >= toRight.least) right.push(column, Math.exp(exponentRight));
      }
      left.endRow();
      right.endRow();
    }
    return { toLeft: left.build(), toRight: transposed(right.build(), m) };
  },

  iterate(chain, { range, tolerance, maxIterations }) {
    const parts = partsOf(chain);
    const state = [chain.u, chain.left, chain.right];
    const saved = state.map((vector) => vector.slice());
    const errors: number[] = [];
    let ended: RatioReport["ended"] = "max-iterations";
    while (errors.length < maxIterations && ended === "max-iterations") {
      saved.forEach((vector, index) => vector.set(state[index]));
      const error = iterateOnce(parts, chain, range);
      if (error === undefined || !Number.isFinite(error)) {
        state.forEach((vector, index) => vector.set(saved[index]));
        ended = "left";
      } else {
        errors.push(error);
        if (error <= tolerance) ended = "converged";
      }
    }
    return { errors, ended };
  },

  gibbs({ n, m, cost, inverse }, { row, column }) {
    const out = new Float64Array(n * m);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) out[at] = Math.exp(row[i] + column[j] - cost[at] * inverse);
    }
    return out;
  },
};

type NodeRatios = Pick<RatioChain, "goal" | "target" | "u" | "left" | "right"> & { readonly share: number };

function partsOf(chain: RatioChain): NodeRatios[] {
  let end = 0;
  return Array.from(chain.sizes, (points, node) => {
    const begin = end;
    end += points;
    const part = (vector: Float64Array): Float64Array => vector.subarray(begin, end);
    const { goal, target, u, left, right } = chain;
    const vectors = { goal: part(goal), target: part(target), u: part(u), left: part(left), right: part(right) };
    return { ...vectors, share: chain.shares[node] };
  });
}

/** The error after the iteration; undefined where it would leave the range. */
function iterateOnce(nodes: readonly NodeRatios[], { links }: RatioChain, range: number): number | undefined {
  const spreads = nodes.map(({ share, u }) => (share > 0 ? spreadOf(u) : 0));
  for (let node = 0; node < nodes.length; node++) {
    if (nodes[node].share > 0) {
      update(nodes[node]);
      spreads[node] = spreadOf(nodes[node].u);
      if (!(spreads.reduce((sum, spread) => sum + spread, 0) <= range)) return undefined;
    }
    if (node < links.length) multiply(links[node].toRight, nodes[node].u, nodes[node].left, nodes[node + 1].left);
  }
  for (let link = links.length - 1; link >= 0; link--) {
    multiply(links[link].toLeft, nodes[link + 1].u, nodes[link + 1].right, nodes[link].right);
  }
  // the last one is in balance, since it was updated last
  const last = nodes.findLastIndex(({ share }) => share > 0);
  let error = 0;
  for (let node = 0; node < last; node++) if (nodes[node].share > 0) error += violation(nodes[node]);
  return error;
}

function update({ goal, u, left, right, share }: NodeRatios): void {
  for (let index = 0; index < u.length; index++) {
    const product = left[index] * right[index];
    u[index] = goal[index] / (share === 1 ? product : product ** share);
  }
}

function violation({ goal, target, u, left, right, share }: NodeRatios): number {
  let [away, total] = [0, 0];
  for (let index = 0; index < u.length; index++) {
    if (target[index] === 0) continue;
    const excess = left[index] * right[index];
    const step = u[index] / goal[index];
    const aim = share === 1 ? target[index] : target[index] * u[index] ** (1 - 1 / share);
    away += aim * Math.abs((share === 1 ? step : step ** (1 / share)) * excess - 1);
    total += aim;
  }
  return away / total;
}

/** log(max / min) over points with mass; ratios are near one, so a far one counts as out of every range. */
function spreadOf(u: Float64Array): number {
  let [least, most] = [Infinity, 0];
  for (let index = 0; index < u.length; index++) {
    const ratio = u[index];
    if (ratio === 0) continue;
    if (ratio < least) least = ratio;
    if (ratio > most) most = ratio;
  }
  return most < LARGEST_RATIO && least > 1 / LARGEST_RATIO ? Math.log(most / least) : Infinity;
}

const LARGEST_RATIO = 1e50;
