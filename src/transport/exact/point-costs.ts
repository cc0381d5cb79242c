import type { Coordinates } from "../../geometry/geometry.ts";
import { directionsOf } from "../../geometry/point-directions.ts";
import { ldexp, MOST_EXPONENT } from "./powers-of-two.ts";

/** How a cost follows from the differences of coordinates; in the order of `PointRule` of `cpp/emd/emd_pricing.h`. */
export const POINT_RULES = ["squared-euclidean", "half-squared-euclidean", "euclidean", "manhattan"] as const;
export type PointRule = (typeof POINT_RULES)[number];

/** Points of two sides and their cost. */
export interface PointCosts {
  readonly rule: PointRule;
  readonly x: Float64Array; // [n, dimension]
  readonly y: Float64Array; // [m, dimension]
  readonly dimension: number;
  /** No cost is greater. */
  readonly largest: number;
}

/** Costs of points, brought near one by a power of two where they are far from it: what was given is 2^exponent times these. */
export function pointCosts(
  { x, y, cost }: Coordinates,
  largest: number,
): { readonly points: PointCosts; readonly exponent: number } {
  const dimension = x.shape[1];
  if (cost === "cosine") {
    const directions = { x: directionsOf(x.data, dimension), y: directionsOf(y.data, dimension) };
    return { points: { rule: "half-squared-euclidean", ...directions, dimension, largest }, exponent: 0 };
  }
  const size = largest > 0 ? Math.floor(Math.log2(largest)) : 0;
  if (Math.abs(size) <= MOST_EXPONENT) {
    return { points: { rule: cost, x: x.data, y: y.data, dimension, largest }, exponent: 0 };
  }
  const power = cost === "squared-euclidean" ? 2 : 1;
  const shift = Math.round(size / power);
  const [first, second] = [x, y].map(({ data }) => data.map((coordinate) => ldexp(coordinate, -shift)));
  const exponent = shift * power;
  return { points: { rule: cost, x: first, y: second, dimension, largest: ldexp(largest, -exponent) }, exponent };
}
