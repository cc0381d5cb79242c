import {
  hostBarycenter,
  hostBarycenterGradient,
  type HostBarycenterOptions,
} from "../../src/transport/barycenter/host.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { problemOf } from "./factors-problem.ts";
import type { BarycenterOperator } from "./operator.ts";

/**
 * The operator in float64 on the host, for every variant and cost, one thread. `precision` is where the kernel of a grid is
 * cut off: `float64` is exact to 1e-12, `float32` to 1e-7 at a third of the work (see `HostBarycenterOptions`).
 */
export function hostOperator(
  geometry: Geometry,
  options: BarycenterOptions,
  precision: NonNullable<HostBarycenterOptions["precision"]> = "float64",
): BarycenterOperator {
  const pixels = geometry.shape[0];
  const { sides } = resolveBarycenterOptions(options);
  const settings: HostBarycenterOptions = { ...options, precision };

  return {
    name: "host float64",
    async lossAndGradient(factors, start, term) {
      // the engine may ask twice for a point; the last answer counts
      const values = new Float64Array(term.data.length / pixels);
      const { gradientAtoms, gradientWeights } = hostBarycenterGradient(
        problemOf(geometry, factors, start, sides),
        settings,
        (index, p, gradient) => {
          values[index] = term.evaluate(index, p, gradient);
        },
      );
      const value = values.reduce((sum, each) => sum + each, 0);
      return { value, gradient: { atoms: gradientAtoms.data, weights: gradientWeights.data } };
    },
    async logScalings(factors, start) {
      return Float32Array.from(hostBarycenter(problemOf(geometry, factors, start, sides), settings).logScalings.data);
    },
    async barycenters(factors, start) {
      return hostBarycenter(problemOf(geometry, factors, start, sides), settings).barycenters.data;
    },
  };
}
