import { describe, expect, it } from "vitest";
import type { LossName } from "../../../../../models/wdl/losses.ts";
import { denseGeometry } from "../../../../../src/geometry/dense.ts";
import { grid } from "../../../../../src/geometry/grid.ts";
import { ndarray, type NdArray } from "../../../../../src/tensor/ndarray.ts";
import { hostBarycenter } from "../../../../../src/transport/barycenter/host/barycenter.ts";
import type { BarycenterDomain } from "../../../../../src/transport/barycenter/options.ts";
import type { BarycenterProblem } from "../../../../../src/transport/barycenter/problem.ts";
import { relativeNorm } from "../../../../support/allclose.ts";
import { randomProblem } from "../../../../support/barycenter.ts";
import { hostOperator } from "../../../../support/factors.ts";
import { dot, points, randomNormal } from "../../../../support/problems.ts";
import { reference, type DebiasedGradientsReference } from "../../../../support/reference.ts";
import { dataTerm } from "../../../../support/wdl.ts";

const DOMAINS: readonly BarycenterDomain[] = ["scaling", "log", "auto"];

describe.each(DOMAINS)("the values of PyTorch, domain %s", (domain) => {
  const { cases } = reference<DebiasedGradientsReference>("debiased_gradients");

  it.each(cases)("$name", async ({ size, cost, epsilon, iterations, atoms, weights, start, target, ...expected }) => {
    const geometry = size ? grid({ size }) : denseGeometry(cost!);
    const inputs = { atoms: points(atoms), weights: points([weights]), start: start && leading(points(start)) };
    const options = { epsilon, iterations, domain, debiased: true };
    const { barycenters, logScalings } = hostBarycenter({ geometry, ...inputs }, options);
    expect(relativeNorm(barycenters.data, expected.p)).toBeLessThan(1e-12);
    expect(logScalings.shape).toEqual([1, 1, atoms.length + 1, target.length]);
    expect(logScalings.data).toBeAllclose(expected.logScalings, { relative: 1e-11, absolute: 1e-11 });
    for (const [loss, { value, gradientAtoms, gradientWeights }] of Object.entries(expected.losses)) {
      const term = dataTerm(loss as LossName, geometry, epsilon, Float64Array.from(target));
      const found = await hostOperator(geometry, options).lossAndGradient(inputs, term);
      expect(Math.abs(found.value / value - 1), loss).toBeLessThan(1e-12);
      expect(relativeNorm(found.gradient.atoms, gradientAtoms), `${loss}, atoms`).toBeLessThan(1e-11);
      expect(relativeNorm(found.gradient.weights, gradientWeights), `${loss}, weights`).toBeLessThan(1e-11);
    }
  });
});

describe("central differences of fourth order", () => {
  const symmetric = denseGeometry(
    Float64Array.from({ length: 64 }, (_, index) => Math.abs(Math.floor(index / 8) - (index % 8)) ** 1.3),
    [8, 8],
  );
  const geometries = [
    ["a line", grid({ size: [11] })],
    ["an image", grid({ size: [4, 5], spacing: [1, 0.7] })],
    ["a volume", grid({ size: [3, 2, 4] })],
    ["a cost matrix", symmetric],
  ] as const;
  const cases = geometries.flatMap(([name, geometry]) =>
    [2, 4].flatMap((count) =>
      [false, true].map((warm) => ({
        name: `${name}, ${count} atoms with zero pixels${warm ? ", from a start" : ""}`,
        problem: withStart(randomProblem(geometry, count, 5, 0.25), warm),
      })),
    ),
  );

  it.each(cases)("$name", ({ problem }) => {
    for (const domain of DOMAINS) {
      const options = { epsilon: 0.9, iterations: 7, domain, debiased: true };
      const [batch, count] = problem.weights.shape;
      const pixels = problem.atoms.shape[1];
      const upstream = ndarray(randomNormal(batch * pixels, 61), [batch, pixels]);
      const { gradientAtoms, gradientWeights } = hostBarycenter(problem, options).backward(upstream);
      const along = (name: "atoms" | "weights", direction: Float64Array): number => {
        const at = (steps: number): number => {
          const data = direction.map((value, i) => problem[name].data[i] + 1e-4 * steps * value);
          const moved = { ...problem, [name]: ndarray(data, problem[name].shape) };
          return dot(hostBarycenter(moved, options).barycenters.data, upstream.data);
        };
        return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * 1e-4);
      };
      const ofAtoms = randomNormal(count * pixels, 62).map((value, i) => value * problem.atoms.data[i]);
      const ofWeights = randomNormal(batch * count, 63);
      expect([dot(gradientAtoms.data, ofAtoms), dot(gradientWeights.data, ofWeights)]).toBeAllclose(
        [along("atoms", ofAtoms), along("weights", ofWeights)],
        { relative: 1e-8, absolute: 1e-10 },
      );
    }
  });
});

describe("where scalings leave the range", () => {
  const spikes = points([5, 34].map((at) => Array.from({ length: 40 }, (_, i) => (i === at ? 1 : 0))));
  const problem = { geometry: grid({ size: [40] }), atoms: spikes, weights: points([[0.3, 0.7]]) };
  const upstream = ndarray(randomNormal(40, 3), [1, 40]);

  it("auto is the log domain, to rounding, and every slope is finite", () => {
    const options = { epsilon: 0.3, iterations: 30, debiased: true };
    const scaling = () => hostBarycenter(problem, { ...options, domain: "scaling" });
    expect(scaling).toThrow(/a mass of/);
    const [auto, exact] = (["auto", "log"] as const).map((domain) => hostBarycenter(problem, { ...options, domain }));
    expect(relativeNorm(auto.barycenters.data, exact.barycenters.data)).toBeLessThan(1e-10);
    const [mine, other] = [auto.backward(upstream), exact.backward(upstream)];
    expect(relativeNorm(mine.gradientWeights.data, other.gradientWeights.data)).toBeLessThan(1e-9);
    const massed = (slopes: NdArray<Float64Array>) => slopes.data.map((slope, i) => slope * spikes.data[i]);
    expect(massed(mine.gradientAtoms)).toBeAllclose(massed(other.gradientAtoms), { relative: 1e-9, absolute: 1e-12 });
    expect(mine.gradientAtoms.data.every(Number.isFinite)).toBe(true);
  });
});

it("an atom of weight 1 and its gradient come back nearly unchanged after many iterations", () => {
  const bump = Array.from({ length: 20 }, (_, i) => Math.exp(-((i - 9) ** 2) / 8));
  const geometry = grid({ size: [20] });
  const problem = { geometry, atoms: points([bump, [...bump].reverse()]), weights: points([[1, 0]]) };
  const upstream = ndarray(randomNormal(20, 8), [1, 20]);
  const { barycenters, backward } = hostBarycenter(problem, { epsilon: 2, iterations: 2000, debiased: true });
  expect(relativeNorm(barycenters.data, bump)).toBeLessThan(0.03);
  // p is homogeneous of degree 1 in the only atom that counts
  const { gradientAtoms } = backward(upstream);
  expect(dot(gradientAtoms.data.subarray(0, 20), bump)).toBeCloseTo(dot(barycenters.data, upstream.data), 10);
});

/** [...shape] -> [1, 1, ...shape] */
function leading({ data, shape }: NdArray<Float64Array>): NdArray<Float64Array> {
  return ndarray(data, [1, 1, ...shape]);
}

function withStart(problem: BarycenterProblem, warm: boolean): BarycenterProblem {
  if (!warm) return problem;
  const [batch, count] = problem.weights.shape;
  const pixels = problem.atoms.shape[1];
  const start = randomNormal(batch * (count + 1) * pixels, 71).map((value) => 0.3 * value);
  return { ...problem, start: ndarray(start, [batch, 1, count + 1, pixels]) };
}
