import type { Geometry } from "../../geometry/geometry.ts";
import { checkCost, checkLargest, isGeometry, type GroundCost } from "../ground-cost.ts";
import { formsCosts } from "./choose.ts";
import { pointCosts, type PointCosts } from "./point-costs.ts";
import { scaledCost } from "./powers-of-two.ts";

/** A checked cost as engines take it: near one, what was given is 2^exponent times it. */
export interface CostSource {
  readonly shape: readonly [n: number, m: number];
  readonly cost: Float64Array | PointCosts;
  readonly exponent: number;
  readonly largest: number;
}

/** Throws InputError unless costs are finite and of at most 1e300 in size. */
export function costSource(given: GroundCost): CostSource {
  if (isGeometry(given) && formsCosts(given)) return ofPoints(given);
  const { shape, data, largest } = checkCost(given);
  const { data: cost, exponent } = scaledCost({ data, largest });
  return { shape, cost, exponent, largest };
}

function ofPoints({ shape, maxCost, coordinates }: Geometry): CostSource {
  checkLargest(maxCost);
  const { points, exponent } = pointCosts(coordinates!, maxCost);
  return { shape, cost: points, exponent, largest: maxCost };
}
