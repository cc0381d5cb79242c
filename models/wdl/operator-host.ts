import { hostBarycenter, hostBarycenterGradient } from "../../src/transport/barycenter/host.ts";
import type { BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import type { BarycenterProblem } from "../../src/transport/barycenter/problem.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import type { BarycenterOperator, Factors } from "./operator.ts";

/** The operator in float64 on the host: exact to rounding for every variant and cost, one thread. */
export function hostOperator(geometry: Geometry, options: BarycenterOptions): BarycenterOperator {
  const pixels = geometry.shape[0];
  const sides = options.heavyBall ? 2 : 1;
  const settings = { ...options, precision: "float32" } as const;

  function problemOf({ atoms, weights }: Factors, start: Float32Array | undefined): BarycenterProblem {
    const count = atoms.length / pixels;
    const points = weights.length / count;
    return {
      geometry,
      atoms: { shape: [count, pixels], data: atoms },
      weights: { shape: [points, count], data: weights },
      start: start && { shape: [points, sides, count, pixels], data: start },
    };
  }

  return {
    name: "host float64",
    async lossAndGradient(factors, start, term) {
      // the engine may ask twice for a point; the last answer counts
      const values = new Float64Array(term.data.length / pixels);
      const { gradientAtoms, gradientWeights } = hostBarycenterGradient(
        problemOf(factors, start),
        settings,
        (index, p, gradient) => {
          values[index] = term.evaluate(index, p, gradient);
        },
      );
      const value = values.reduce((sum, each) => sum + each, 0);
      return { value, gradient: { atoms: gradientAtoms.data, weights: gradientWeights.data } };
    },
    async logScalings(factors, start) {
      return Float32Array.from(hostBarycenter(problemOf(factors, start), settings).logScalings.data);
    },
    async barycenters(factors, start) {
      return hostBarycenter(problemOf(factors, start), settings).barycenters.data;
    },
  };
}
