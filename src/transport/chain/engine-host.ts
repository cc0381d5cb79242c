// Float64 in TypeScript: where the addon is not there.
import { multiply, multiplyTranspose, RowsBuilder, type CompressedRows } from "./compressed-rows.ts";
import type { ChainEngine, KeptTerms, LinkCost, RatioChain, RatioReport } from "./engine.ts";

export const hostChain: ChainEngine = {
  iterate(costs, terms, chain, { range, tolerance, maxIterations }) {
    const links = costs.map((cost, link) => keptEntries(cost, terms[link]));
    const nodes = nodesOf(chain);
    const saved = chain.u.slice();
    const errors: number[] = [];
    let ended: RatioReport["ended"] = "max-iterations";
    passToLeft(links, nodes);
    while (errors.length < maxIterations && ended === "max-iterations") {
      saved.set(chain.u);
      const error = iterateOnce(links, nodes, range);
      if (Number.isFinite(error)) {
        errors.push(error);
        if (error <= tolerance) ended = "converged";
      } else {
        chain.u.set(saved);
        ended = "left";
      }
    }
    return { errors, ended };
  },

  gibbs({ n, m, cost, inverse }, row, column) {
    const out = new Float64Array(n * m);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) out[at] = Math.exp(row[i] + column[j] - cost[at] * inverse);
    }
    return out;
  },
};

function keptEntries({ n, m, cost, inverse }: LinkCost, terms: KeptTerms): CompressedRows {
  const { leastOfRow, leastOfColumn, leastMass } = terms;
  const rows = new RowsBuilder();
  for (let i = 0, at = 0; i < n; i++) {
    const [row, halfRow] = [terms.row[i], terms.halfRow[i]];
    for (let j = 0; j < m; j++, at++) {
      const entry = row + terms.column[j] - cost[at] * inverse;
      const halfColumn = terms.halfColumn[j];
      const isLarge = entry + halfColumn - halfRow >= leastOfRow || entry + halfRow - halfColumn >= leastOfColumn;
      if (isLarge && entry + halfRow + halfColumn >= leastMass) rows.push(j, Math.exp(entry));
    }
    rows.endRow();
  }
  return rows.build();
}

/** The vectors of a node, as views. */
interface NodeRatios {
  readonly share: number;
  readonly goal: Float64Array;
  readonly target: Float64Array;
  readonly u: Float64Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Room for what the node sends. */
  readonly sent: Float64Array;
}

function nodesOf({ sizes, shares, root, goal, target, u }: RatioChain): NodeRatios[] {
  let end = 0;
  return sizes.map((points, node) => {
    const begin = end;
    end += points;
    const part = (vector: Float64Array): Float64Array => vector.subarray(begin, end);
    const messages = { left: part(root).slice(), right: part(root).slice(), sent: new Float64Array(points) };
    return { share: shares[node], goal: part(goal), target: part(target), u: part(u), ...messages };
  });
}

/** The error after the iteration; not finite where it would leave the range. */
function iterateOnce(links: readonly CompressedRows[], nodes: readonly NodeRatios[], range: number): number {
  const spreads = nodes.map(({ u }) => spreadOf(u));
  for (let node = 0; node < nodes.length; node++) {
    if (nodes[node].share > 0) {
      update(nodes[node]);
      spreads[node] = spreadOf(nodes[node].u);
      if (!(spreads.reduce((sum, spread) => sum + spread, 0) <= range)) return Infinity;
    }
    if (node < links.length) {
      const { u, left, sent } = nodes[node];
      multiplyTranspose(links[node], product(u, left, sent), nodes[node + 1].left);
    }
  }
  passToLeft(links, nodes);
  // the last one is in balance, since it was updated last
  const last = nodes.findLastIndex(({ share }) => share > 0);
  return nodes.slice(0, last).reduce((sum, node) => sum + (node.share > 0 ? violation(node) : 0), 0);
}

function passToLeft(links: readonly CompressedRows[], nodes: readonly NodeRatios[]): void {
  for (let link = links.length - 1; link >= 0; link--) {
    const { u, right, sent } = nodes[link + 1];
    multiply(links[link], product(u, right, sent), nodes[link].right);
  }
}

function product(a: Float64Array, b: Float64Array, out: Float64Array): Float64Array {
  for (let index = 0; index < out.length; index++) out[index] = a[index] * b[index];
  return out;
}

function update({ goal, u, left, right, share }: NodeRatios): void {
  for (let index = 0; index < u.length; index++) {
    if (goal[index] === 0) continue;
    const others = left[index] * right[index];
    u[index] = goal[index] / (share === 1 ? others : others ** share);
  }
}

function violation({ target, u, left, right, share }: NodeRatios): number {
  let [away, total] = [0, 0];
  for (let index = 0; index < u.length; index++) {
    if (target[index] === 0) continue;
    const aim = share === 1 ? target[index] : target[index] * u[index] ** (1 - 1 / share);
    away += Math.abs(u[index] * left[index] * right[index] - aim);
    total += aim;
  }
  return away / total;
}

/** Ratios farther from one count as out of every range, so that products of many of them are numbers. */
const LARGEST_RATIO = 1e50;

/** log(max / min) over points with mass. */
function spreadOf(u: Float64Array): number {
  let [least, most] = [LARGEST_RATIO, 1 / LARGEST_RATIO];
  for (let index = 0; index < u.length; index++) {
    const ratio = u[index];
    if (ratio === 0) continue;
    if (!(ratio < LARGEST_RATIO && ratio > 1 / LARGEST_RATIO)) return Infinity;
    if (ratio < least) least = ratio;
    if (ratio > most) most = ratio;
  }
  return Math.log(most / least);
}
