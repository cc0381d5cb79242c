import { isDense, isGrid, type Coordinates } from "../../geometry/geometry.ts";
import type { CostDirection } from "../../geometry/plan.ts";
import { POINT_COSTS } from "../../geometry/point-cost.ts";
import type { Solved } from "./solved.ts";
import { inner } from "./variables.ts";

/** Sums over P with the cost. */
export interface Moments {
  /** sum_j P_ij C_ij [n] and sum_i P_ij C_ij [m] */
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  /** sum_ij P_ij C_ij dC_ij along a direction. */
  readonly alongDirection: number;
  /** sum_ij P_ij C_ij^2, where asked for. */
  readonly squares: number;
}

/** C(t x, t y) = t^k C(x, y): then its derivative along the points themselves is k C. */
const DEGREES: Readonly<Record<Coordinates["cost"], number>> = {
  "squared-euclidean": 2,
  euclidean: 1,
  manhattan: 1,
  cosine: 0,
};

/** One pass: slopes of P * C, of which the sums along directions are the rest. */
export function secondMoments(problem: Solved, direction: CostDirection | undefined, squares: boolean): Moments {
  const { plan, geometry, hasSlopes } = problem;
  const degree = geometry.coordinates && !isGrid(geometry) ? DEGREES[geometry.coordinates.cost] : undefined;
  const slopes = hasSlopes && (direction !== undefined || squares);
  const sums = plan.reduce({ gamma: 1, slopes });
  const along = (moved: CostDirection): number =>
    "cost" in moved ? inner(sums.cost!, moved.cost) : inner(sums.points!.x, moved.x) + inner(sums.points!.y, moved.y);
  const squaresOf = (): number => {
    if (degree) return along({ x: geometry.coordinates!.x.data, y: geometry.coordinates!.y.data }) / degree;
    if (sums.cost && isDense(geometry)) return inner(sums.cost, geometry.cost.data);
    return squaresByPair(problem);
  };
  return {
    rows: sums.rows,
    columns: sums.columns,
    alongDirection: direction ? along(direction) : 0,
    squares: squares ? squaresOf() : 0,
  };
}

/** For a grid and for cosine costs, where no operator gives it: O(n m). */
function squaresByPair({ geometry, a, b, f, g, epsilon }: Solved): number {
  const { x, y, cost } = geometry.coordinates!;
  const d = x.shape[1];
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === 0) continue;
    for (let j = 0; j < b.length; j++) {
      if (b[j] === 0) continue;
      const pair = POINT_COSTS[cost].cost(x.data, i * d, y.data, j * d, d);
      sum += a[i] * b[j] * Math.exp((f[i] + g[j] - pair) / epsilon) * pair * pair;
    }
  }
  return sum;
}
