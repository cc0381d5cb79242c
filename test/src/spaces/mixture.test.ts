import { describe, expect, it } from "vitest";
import { gaussianMixture, meanVarianceOf, mixtureSpace, type Mixture } from "../../../src/spaces/mixture.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { reference } from "../../support/reference.ts";

interface MixtureReference {
  readonly points: number[][];
  readonly weights: number[];
  readonly means: number[][];
  readonly covariances: number[][][];
  readonly logLikelihood: number;
}

const stored = reference<MixtureReference>("mixture");
const points = ndarray(Float64Array.from(stored.points.flat()), [stored.points.length, 2]);

/** Weights, means and covariances, the lightest Gaussian first. */
function byWeight({ weights, means, covariances }: Mixture) {
  const order = Array.from(weights.keys()).sort((a, b) => weights[a] - weights[b]);
  return {
    weights: order.map((c) => weights[c]),
    means: order.map((c) => [...means.data.slice(2 * c, 2 * c + 2)]),
    covariances: order.map((c) => [...covariances.data.slice(4 * c, 4 * c + 4)]),
  };
}

describe("a mixture of Gaussians", () => {
  it("is the most likely one, as scikit-learn finds it", () => {
    const mixture = gaussianMixture(points, {
      components: 3,
      tolerance: 1e-14,
      regularization: 1e-12,
      maxIterations: 5000,
    });
    expect(mixture.status).toBe("converged");
    expect(mixture.logLikelihoods.at(-1)).toBeCloseTo(stored.logLikelihood, 10);
    const { weights, means, covariances } = byWeight(mixture);
    expect(weights).toBeAllclose(stored.weights, { absolute: 1e-6 });
    expect(means).toBeAllclose(stored.means, { absolute: 1e-6 });
    expect(covariances).toBeAllclose(stored.covariances, { absolute: 1e-6 });
  });

  it("becomes likelier with each iteration, also of too many Gaussians in more dimensions", () => {
    const random = Random.fromSeed(4);
    const cloud = ndarray(
      random.fill(400, () => random.normal()),
      [100, 4],
    );
    const { logLikelihoods } = gaussianMixture(cloud, { components: 6, starts: 1, tolerance: 1e-9 });
    expect(logLikelihoods.length).toBeGreaterThan(10);
    for (let at = 1; at < logLikelihoods.length; at++) {
      expect(logLikelihoods[at]).toBeGreaterThan(logLikelihoods[at - 1] - 1e-5); // the ridge is no part of the likelihood
    }
  });

  it("of one Gaussian is mean and covariance", () => {
    const mixture = gaussianMixture(ndarray(Float64Array.of(0, 0, 2, 0, 0, 4, 2, 4), [4, 2]), { components: 1 });
    expect(mixture.means.data).toBeAllclose([1, 2]);
    expect(mixture.covariances.data).toBeAllclose([1, 0, 0, 4], { relative: 1e-5 });
    expect(meanVarianceOf(mixture)).toBeCloseTo(2.5, 4);
  });

  it("is the same for a seed, and says when it stops early", () => {
    const options = { components: 3, seed: 5, maxIterations: 2, starts: 2 };
    expect(gaussianMixture(points, options)).toEqual(gaussianMixture(points, options));
    expect(gaussianMixture(points, options).status).toBe("max-iterations");
  });

  it("is finite where Gaussians sit on single points, or points repeat", () => {
    const repeated = ndarray(Float64Array.of(0, 0, 0, 0, 1, 1, 5, 5), [4, 2]);
    const mixture = gaussianMixture(repeated, { components: 4 });
    expect(mixture.logLikelihoods.every(Number.isFinite)).toBe(true);
    expect(mixture.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect([...mixture.covariances.data].every(Number.isFinite)).toBe(true);
  });

  it("is a space under Bures-Wasserstein distances", () => {
    const { weights, metric } = mixtureSpace({
      means: ndarray(Float64Array.of(0, 0, 3, 4), [2, 2]),
      covariances: ndarray(Float64Array.of(1, 0, 0, 4, 9, 0, 0, 1), [2, 2, 2]),
      weights: Float64Array.of(0.25, 0.75),
    });
    expect([...weights]).toEqual([0.25, 0.75]);
    expect(metric.largest).toBeCloseTo(Math.hypot(5, 2, 1), 14);
  });

  it.each([
    [{ components: 76 }, "components: expected a whole number from 1 to 75 (there are 75 points), got 76"],
    [{ components: 0 }, "components: expected a whole number from 1 to 75 (there are 75 points), got 0"],
    [{ components: 1, starts: 0 }, "starts: expected a whole number of at least 1, got 0"],
    [{ components: 1, maxIterations: 1.5 }, "maxIterations: expected a whole number of at least 1, got 1.5"],
    [{ components: 1, regularization: 0 }, "regularization: expected a share above 0, got 0"],
  ])("refuses %j", (options, message) => {
    expect(() => gaussianMixture(points, options)).toThrow(message);
  });

  it("refuses points that do not differ, or are none", () => {
    expect(() => gaussianMixture(ndarray(new Float64Array(4), [2, 2]), { components: 1 })).toThrow(
      "points: all 2 are the same, expected a set to fit Gaussians to",
    );
    expect(() => gaussianMixture(ndarray(Float64Array.of(NaN), [1, 1]), { components: 1 })).toThrow(
      "points: at [0, 0]: expected a finite number, got NaN",
    );
  });
});
