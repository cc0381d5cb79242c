import type { Geometry } from "../../geometry/geometry.ts";
import { gaussian } from "./gaussian.ts";
import type { HostInitializer } from "./initializer.ts";
import { ones } from "./ones.ts";

/** In more dimensions the covariances cost more than the iterations that they save. */
const MOST_DIMENSIONS = 16;

/** The closed form that a guess has to beat: Gaussian between points with squared Euclidean costs, ones elsewhere. */
export function rivalOf({ coordinates }: Geometry): HostInitializer {
  const isGaussian = coordinates?.cost === "squared-euclidean" && coordinates.x.shape[1] <= MOST_DIMENSIONS;
  return isGaussian ? gaussian : ones;
}
