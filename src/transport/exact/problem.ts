/**
 * Transport between two histograms with positive masses in whole units, of equal total. In the solver's graph, rows are
 * nodes 0 .. rows-1 and columns the nodes behind them.
 */
export interface TransportProblem {
  readonly rows: number;
  readonly columns: number;
  readonly cost: Float64Array; // [rows, columns]
  readonly supply: Float64Array; // [rows]
  readonly demand: Float64Array; // [columns]
}

/** Cost of the arc between a node and its parent. */
export function arcCost({ rows, columns, cost }: TransportProblem, node: number, parent: number): number {
  return node < rows ? cost[node * columns + parent - rows] : cost[parent * columns + node - rows];
}
