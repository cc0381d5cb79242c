import { InputError } from "../../errors.ts";
import type { DatasetOptions } from "../entry.ts";

/** Points of each side of a generated pair: "300". Throws InputError. */
export function pointCount({ size }: DatasetOptions, otherwise: number, least: number, most: number): number {
  const count = size === undefined ? otherwise : Number(size);
  if (Number.isInteger(count) && count >= least && count <= most) return count;
  throw new InputError(`size: expected a number of points from ${least} to ${most}, got ${JSON.stringify(size)}`);
}
