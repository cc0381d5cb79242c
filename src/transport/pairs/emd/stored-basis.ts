import { arcCost, type TransportProblem } from "../../exact/problem.ts";
import { SpanningTree } from "../../exact/spanning-tree.ts";

/** A basis that outlives its solver: for each node, root first, which it is and where in this list its parent stands. */
export interface StoredBasis {
  readonly nodes: Uint16Array;
  readonly parents: Uint16Array;
}

/** A node of the tree and its parent, 2 bytes each. */
export const STORED_NODE_BYTES = 4;
/** Nodes that a stored basis can number. */
export const MOST_STORED_NODES = 0xffff;
/** Stands for the root of a pair that has no basis yet. */
export const NO_NODE = 0xffff;

export function storeBasis(tree: SpanningTree): StoredBasis {
  const place = new Int32Array(tree.nodes);
  const nodes = new Uint16Array(tree.nodes);
  const parents = new Uint16Array(tree.nodes);
  for (let k = 0, node = tree.root; k < tree.nodes; k++, node = tree.next[node]) {
    place[node] = k;
    nodes[k] = node;
    parents[k] = k > 0 ? place[tree.parent[node]] : 0;
  }
  return { nodes, parents };
}

/** The tree of a stored basis with the flows that the masses make, under another cost. */
export function restoreBasis(problem: TransportProblem, { nodes, parents }: StoredBasis): SpanningTree {
  const { costs, supply, demand } = problem;
  const tree = new SpanningTree(nodes.length);
  for (let k = 1; k < nodes.length; k++) {
    const parent = nodes[parents[k]];
    tree.parent[nodes[k]] = parent;
    tree.cost[nodes[k]] = arcCost(problem, nodes[k], parent);
  }
  // what flows from a leaf is known, and so what flows from its parent
  const excess = Float64Array.of(...supply, ...demand.map((mass) => -mass));
  for (let k = nodes.length - 1; k > 0; k--) {
    const node = nodes[k];
    excess[tree.parent[node]] += excess[node];
    tree.flow[node] = node < costs.rows ? excess[node] : -excess[node];
  }
  tree.thread([...nodes]);
  return tree;
}

/** Whether a basis names each node once, below one that came before it, and joins rows with columns. */
export function isTree({ nodes, parents }: StoredBasis, rows: number): boolean {
  const seen = new Uint8Array(nodes.length);
  return nodes.every((node, k) => {
    const known = node < nodes.length && seen[node] === 0 && (k === 0 || parents[k] < k);
    seen[node] = 1;
    return known && (k === 0 || node < rows !== nodes[parents[k]] < rows);
  });
}
