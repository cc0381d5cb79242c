import { describe, expect, it } from "vitest";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { sinkhornDivergenceHost } from "../../../src/transport/divergence-host.ts";
import { emd } from "../../../src/transport/exact/emd.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { entropicValues, transportPlan } from "../../../src/transport/sinkhorn/objective.ts";
import { dot, points } from "../../support/problems.ts";
import { reference, type PeersBalancedReference } from "../../support/reference.ts";

// Problems of the test suites of POT and ott-jax, with the values that these have.
const { exact, entropic, divergences } = reference<PeersBalancedReference>("peers-balanced");
const SOLVED = { tolerance: 1e-12, maxIterations: 100_000 };

describe("the peers' suites", () => {
  it.each(exact)("exact: $name", ({ x, y, a, b, cost, value }) => {
    const result = emd(a, b, pointCloud(points(x), points(y), { cost }));
    expect([result.value]).toBeAllclose([value], { relative: 1e-9, absolute: 1e-14 });
    const dual = dot(result.f, a) + dot(result.g, b);
    expect([dual]).toBeAllclose([value], { relative: 1e-9, absolute: 1e-13 });
  });

  it.each(entropic)("entropic: $name", ({ x, y, a, b, cost, epsilon, ...expected }) => {
    const geometry = pointCloud(points(x), points(y), { cost });
    for (const domain of ["log", "scaling"] as const) {
      const solution = sinkhornHost(a, b, geometry, { ...SOLVED, epsilon, domain });
      expect(solution.status).toBe("converged");
      const { transportCost, dual } = entropicValues(a, b, geometry, solution);
      expect([transportCost, dual]).toBeAllclose([expected.transportCost, expected.regOtCost], { relative: 1e-9 });
      const plan = transportPlan(geometry, solution);
      const product = x.map((_, i) => dot(plan.data.subarray(i * y.length, (i + 1) * y.length), expected.vector));
      expect(product).toBeAllclose(expected.planTimesVector, { absolute: 1e-10 });
    }
  });

  it.each(divergences)("divergence: $name", ({ x, y, a, b, epsilon, divergence }) => {
    const [first, second] = [points(x), points(y)];
    const geometries = { xy: pointCloud(first, second), xx: pointCloud(first, first), yy: pointCloud(second, second) };
    const solved = sinkhornDivergenceHost(a, b, geometries, { ...SOLVED, epsilon });
    expect([solved.divergence]).toBeAllclose([divergence], { relative: 1e-9 });
  });
});
