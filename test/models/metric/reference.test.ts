import { describe, expect, it } from "vitest";
import { learnedDistances } from "../../../eval/ground-metric/distances.ts";
import { denseMatrix } from "../../../models/ground-metric/symmetric-matrix.ts";
import { metricOptions, type MetricOptions } from "../../../models/metric/options.ts";
import { metricSettings, setUpMetric } from "../../../models/metric/setup.ts";
import { resolveOptions } from "../../../src/options.ts";
import { worstDifference } from "../../support/allclose.ts";
import { iterate, matrixDataset } from "../../support/ground-metric.ts";
import { reference } from "../../support/reference.ts";

interface Solution {
  readonly A: number[][];
  readonly B: number[][];
  readonly distanceA?: number[][];
  readonly distanceB?: number[][];
}

interface GroundMetric {
  readonly X: number[][];
  readonly transport: Solution & { readonly alpha: number; readonly beta: number; readonly tau: number };
  readonly mahalanobis: (Solution & {
    readonly kernel: "rbf" | "laplacian";
    readonly sigma: number;
    readonly tau: number;
    readonly scaling: "normalised" | "unnormalised";
    readonly alpha: number | null;
    readonly beta: number | null;
  })[];
  readonly graphLaplacian: Solution & { readonly lambda: number; readonly mu: number };
}

const stored = reference<GroundMetric>("ground_metric");

async function fixedPoint(given: Partial<MetricOptions>) {
  const options = resolveOptions(metricOptions, { dust: 1e-6, iterations: 300, tolerance: 1e-14, ...given });
  const setup = setUpMetric(options, matrixDataset(stored.X));
  const { state, metrics } = await iterate(metricSettings(options, setup));
  const distances = learnedDistances(state, setup);
  return {
    A: denseMatrix(state.features),
    B: denseMatrix(state.samples),
    distanceA: distances.samples,
    distanceB: distances.features,
    last: metrics.at(-1)!,
  };
}

function expectSolution(found: Awaited<ReturnType<typeof fixedPoint>>, expected: Solution): void {
  for (const name of ["A", "B", "distanceA", "distanceB"] as const) {
    const values = expected[name];
    if (!values) continue;
    const { pass, message } = worstDifference(found[name], values, { relative: 0, absolute: 1e-9 });
    expect(pass, `${name}: ${message}`).toBe(true);
  }
}

describe("fixed points equal those in double precision to 1e-9", () => {
  it("exact transport, Algorithm 2", async () => {
    const { alpha, beta, tau } = stored.transport;
    expectSolution(
      await fixedPoint({ method: "wasserstein", algorithm: "unnormalized", alpha, beta, tau }),
      stored.transport,
    );
  });

  it.each(stored.mahalanobis)("$kernel kernel, $scaling", async (expected) => {
    const { kernel, sigma, tau, scaling, alpha, beta } = expected;
    const found = await fixedPoint({
      method: kernel === "rbf" ? "gaussian" : "laplacian",
      algorithm: scaling === "normalised" ? "normalized" : "unnormalized",
      sigma,
      tau,
      alpha: alpha ?? undefined,
      beta: beta ?? undefined,
    });
    expectSolution(found, expected);
  });

  it("graph Laplacian, with its eigenvalue", async () => {
    const found = await fixedPoint({ method: "graph" });
    expectSolution(found, stored.graphLaplacian);
    expect(found.last["lambda"]).toBeCloseTo(stored.graphLaplacian.lambda, 9);
    expect(found.last["mu"]).toBeCloseTo(stored.graphLaplacian.mu, 9);
  });
});
