import type { ArcCosts } from "./arc-costs.ts";

/**
 * Transport between two histograms with positive masses in whole units, of equal total. In the solver's graph, rows are
 * nodes 0 .. rows-1 and columns the nodes behind them.
 */
export interface TransportProblem {
  readonly costs: ArcCosts;
  readonly supply: Float64Array; // [rows]
  readonly demand: Float64Array; // [columns]
}

/** Cost of the arc between a node and its parent. */
export function arcCost({ costs }: TransportProblem, node: number, parent: number): number {
  return node < costs.rows ? costs.at(node, parent - costs.rows) : costs.at(parent, node - costs.rows);
}
