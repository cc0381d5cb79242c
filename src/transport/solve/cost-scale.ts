import type { Geometry } from "../../geometry/geometry.ts";
import { POINT_COSTS } from "../../geometry/point-cost.ts";
import type { CostScale } from "./options.ts";

/** Entries of a sample. */
const MOST_ENTRIES = 2 ** 24;

/** The share of the standard deviation that OTT takes. */
const AUTO_SHARE = 0.05;

/** The unit in which epsilon and rho are given, in cost units. Where it would not be positive, 1. */
export function scaleOf(geometry: Geometry, scale: CostScale): number {
  if (typeof scale === "number") return scale;
  const costs = sampleOf(geometry);
  const found = { max: () => geometry.maxCost, mean: () => meanOf(costs), median: () => medianOf(costs) }[scale]();
  return found > 0 ? found : 1;
}

/** 0.05 standard deviations of the costs; of costs that are all the same, where any epsilon gives one plan, 1. */
export function automaticEpsilon(geometry: Geometry): number {
  const costs = sampleOf(geometry);
  const mean = meanOf(costs);
  let squares = 0;
  for (let at = 0; at < costs.length; at++) squares += (costs[at] - mean) ** 2;
  return AUTO_SHARE * Math.sqrt(squares / costs.length) || 1;
}

/** All costs, or those between every k-th point of either side. */
function sampleOf({ shape: [n, m], coordinates, costMatrix }: Geometry): Float64Array {
  if (n * m <= MOST_ENTRIES || !coordinates) return costMatrix().data;
  const stride = Math.ceil(Math.sqrt((n * m) / MOST_ENTRIES));
  const { x, y, cost } = coordinates;
  const rule = POINT_COSTS[cost];
  const d = x.shape[1];
  const [rows, columns] = [Math.ceil(n / stride), Math.ceil(m / stride)];
  const costs = new Float64Array(rows * columns);
  for (let i = 0, at = 0; i < n; i += stride) {
    for (let j = 0; j < m; j += stride, at++) costs[at] = rule.cost(x.data, i * d, y.data, j * d, d);
  }
  return costs;
}

function meanOf(costs: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < costs.length; at++) sum += costs[at];
  return sum / costs.length;
}

function medianOf(costs: Float64Array): number {
  const sorted = costs.slice().sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
