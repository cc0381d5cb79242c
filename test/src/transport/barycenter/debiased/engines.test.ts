import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../../src/geometry/dense.ts";
import { grid } from "../../../../../src/geometry/grid.ts";
import { nativeStatus } from "../../../../../src/native/loader.ts";
import { hostDebiasedBarycenter } from "../../../../../src/transport/barycenter/debiased/host.ts";
import { hostBarycenter } from "../../../../../src/transport/barycenter/host/barycenter.ts";
import { nativePlan } from "../../../../../src/transport/barycenter/native/plan.ts";
import { resolveBarycenterOptions } from "../../../../../src/transport/barycenter/options.ts";
import { atOnce } from "../../../../../src/transport/barycenter/pieces.ts";
import { checkInputs } from "../../../../../src/transport/barycenter/problem.ts";
import { randomProblem } from "../../../../support/barycenter.ts";

const cases = [
  ["a line", grid({ size: [21] })],
  ["an image", grid({ size: [9, 5] })],
  ["an image with padding either way", grid({ size: [17, 11] })],
  ["a volume", grid({ size: [3, 5, 4] })],
  ["a symmetric matrix", denseGeometry(grid({ size: [5, 4] }).costMatrix())],
] as const;

describe.each(cases)("%s", (_, geometry) => {
  const problem = randomProblem(geometry, 3, 6);
  const points = geometry.shape[0];

  /** In logarithms, by log-sum-exp alone. */
  const exactly = (epsilon: number, iterations: number, tolerance: number) =>
    hostBarycenter(problem, { epsilon, iterations, tolerance, domain: "log", debiased: true });

  it.each([0.2, 1, 20])("the engines agree, epsilon %d", (epsilon) => {
    for (const [iterations, tolerance] of [
      [1, 0],
      [12, 0],
      [200, 1e-2],
    ]) {
      const found = hostDebiasedBarycenter(problem, { epsilon, maxIterations: iterations, tolerance });
      const expected = exactly(epsilon, iterations, tolerance);
      expect(found.iterations).toEqual(expected.iterations);
      expect(found.errors).toBeAllclose(expected.errors, { relative: 1e-8, absolute: 1e-12 });
      expect(found.barycenters.data).toBeAllclose(expected.barycenters.data, { relative: 1e-8, absolute: 1e-14 });
    }
  });

  it.runIf(nativeStatus().addon)("the native kernels do it, in float32 too", () => {
    const options = resolveBarycenterOptions({ epsilon: 4, iterations: 8, debiased: true });
    const inputs = checkInputs(geometry, problem, options);
    const expected = exactly(4, 8, 0);
    for (const wide of [false, true]) {
      const plan = nativePlan(geometry, options, { wide })!;
      const barycenters = new Float64Array(3 * points);
      const [errors, iterationsDone] = [new Float64Array(3), new Float64Array(3)];
      expect(atOnce(plan.run(inputs, { barycenters, errors, iterationsDone }))).toEqual([]);
      const precision = wide ? 1e-10 : 2e-5;
      const absolute = precision / points;
      expect(barycenters).toBeAllclose(expected.barycenters.data, { relative: precision, absolute });
      expect(errors).toBeAllclose(expected.errors, { relative: precision, absolute: precision });
    }
  });
});
