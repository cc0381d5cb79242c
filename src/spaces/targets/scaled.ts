import { OptionError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { matrixMetric } from "../metric-matrix.ts";
import type { Target } from "../target.ts";

/**
 * By what the distances of a target are multiplied. "unit" makes the largest one 1: what Beier et al. do to targets and inputs
 * alike, so that every input fills the target as far as distances tell. With 1, the default, target and inputs have the same
 * unit of length: a cap of the unit sphere is put on a cap of its size.
 */
export type TargetScale = number | "unit";

/** A target in its own unit of length. */
export interface UnscaledTarget {
  readonly name: string;
  /** [nz, nz] */
  readonly matrix: NdArray<Float64Array>;
  readonly coordinates: Target["coordinates"];
  readonly project: Target["project"];
  readonly distances: Target["distances"];
}

/** The target with all distances scaled. Throws OptionError. */
export function scaledTarget(target: UnscaledTarget, scale: TargetScale = 1): Target {
  if (scale !== "unit" && !(Number.isFinite(scale) && scale > 0)) {
    throw new OptionError("scale", `expected a number above 0 or "unit", got ${scale}`);
  }
  const { name, coordinates, matrix } = target;
  const metric = matrixMetric(matrix);
  // a space of one point has no distance to scale
  const factor = scale === "unit" ? 1 / (metric.largest || 1) : scale;
  if (factor === 1) return { ...target, metric };
  const scaled = ({ shape, data }: NdArray<Float64Array>) => ({ shape, data: data.map((value) => value * factor) });
  return {
    name,
    coordinates,
    metric: matrixMetric(scaled(matrix)),
    project: (coupling) => target.project(coupling),
    distances: (p, q) => scaled(target.distances(p, q)),
  };
}
