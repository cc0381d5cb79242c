import { InputError, OptionError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { Target } from "../target.ts";
import { circleTarget, type CircleOptions } from "./circle.ts";
import { gaussiansTarget, type GaussiansOptions } from "./gaussians.ts";
import { matrixTarget } from "./matrix.ts";
import { planeTarget } from "./plane.ts";
import { sphereTarget } from "./sphere.ts";
import { torusTarget, type TorusOptions } from "./torus.ts";
import type { Resolution } from "./resolution.ts";

/** Points that a target consists of: distances [nz, nz], and coordinates [nz, d] for pictures where they are known. */
export interface TargetPoints {
  readonly distances: NdArray;
  readonly coordinates?: NdArray | undefined;
}

/** Options of all targets; each uses what applies to it. Undefined is the target's own default. */
export interface TargetOptions
  extends
    Pick<GaussiansOptions, "extent" | "variance" | "scale">,
    Pick<TorusOptions, "radii" | "geometry">,
    Pick<CircleOptions, "radius"> {
  /** Points a side, of a circle all of them. @default plane 20, sphere and torus 30, gaussians 15, circle 360 */
  readonly resolution?: Resolution;
  /** What "matrix" is made of. */
  readonly matrix?: TargetPoints;
  /** The inputs, one of which "x" and "y" take. */
  readonly x?: TargetPoints;
  readonly y?: TargetPoints;
}

/** Names of the targets that a joint embedding may have. */
export const TARGET_NAMES = ["plane", "sphere", "torus", "circle", "gaussians", "matrix", "x", "y"] as const;
export type TargetName = (typeof TARGET_NAMES)[number];

const targets: Readonly<Record<TargetName, (options: TargetOptions) => Target>> = {
  plane: planeTarget,
  sphere: sphereTarget,
  torus: torusTarget,
  circle: ({ resolution, ...options }) =>
    circleTarget({ ...options, ...(resolution !== undefined && { bins: binsOf(resolution) }) }),
  gaussians: gaussiansTarget,
  matrix: (options) => given("matrix", options),
  x: (options) => given("x", options),
  y: (options) => given("y", options),
};

/** The target of this name. Throws InputError or OptionError for an unknown name and options that do not fit. */
export function targetByName(name: TargetName, options: TargetOptions = {}): Target {
  if (Object.hasOwn(targets, name)) return targets[name](options);
  throw new OptionError("target", `expected one of ${TARGET_NAMES.join(", ")}, got ${JSON.stringify(name)}`);
}

function binsOf(resolution: Resolution): number {
  if (typeof resolution === "number") return resolution;
  throw new OptionError("resolution", "expected one number of points for a circle, got rows and columns");
}

function given(name: "matrix" | "x" | "y", options: TargetOptions): Target {
  const points = options[name];
  if (!points) throw new InputError(`target ${name}: expected its distances [nz, nz], got none`);
  return matrixTarget(points.distances, { name, scale: options.scale, coordinates: points.coordinates });
}
