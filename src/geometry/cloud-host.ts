import { CloudOperator } from "../native/cloud.ts";
import { checkRange } from "./checks.ts";
import { nativePoints, type NativePoints } from "./cloud-native.ts";
import { plainCloudKernel } from "./cloud-plain.ts";
import type { CloudGeometry, HostKernel } from "./geometry.ts";

/**
 * Float64 operators of points: those of `plainCloudKernel`, or of the native addon where it is there and there are many pairs, with
 * the same results up to rounding and the same bits for any number of threads.
 */
export function cloudHostKernel({ coordinates, maxCost }: CloudGeometry, epsilon: number): HostKernel {
  checkRange(epsilon, maxCost, "float64");
  const points = nativePoints(coordinates);
  return points ? nativeKernel(points, epsilon) : plainCloudKernel(coordinates, epsilon);
}

function nativeKernel(points: NativePoints, epsilon: number): HostKernel {
  const turned = points.turned();
  const operator =
    (name: "apply" | "applyCost" | "logApply" | "logApplyCost", sides: NativePoints) =>
    (values: Float64Array, out: Float64Array): Float64Array => {
      sides.run({ operator: CloudOperator[name], inverse: 1 / epsilon, values, vectors: 0, out });
      return out;
    };
  return {
    epsilon,
    apply: operator("apply", points),
    applyTranspose: operator("apply", turned),
    applyCost: operator("applyCost", points),
    logApply: operator("logApply", points),
    logApplyTranspose: operator("logApply", turned),
    logApplyCost: operator("logApplyCost", points),
  };
}
