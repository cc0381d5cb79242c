import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { barycenter } from "../../../../src/transport/barycenter/barycenter.ts";
import { hostDebiasedBarycenter } from "../../../../src/transport/barycenter/debiased/host.ts";
import { hostBarycenter } from "../../../../src/transport/barycenter/host/barycenter.ts";
import { barycenterComposed } from "../../../../src/transport/barycenter/tensor/composed.ts";
import { backends } from "../../../support/backends.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { dot, points, randomHistogram, randomNormal } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

interface Rectangular {
  readonly epsilon: number;
  readonly cost: number[][];
  readonly atoms: number[][];
  readonly weights: number[];
  readonly p: number[];
}
const ott = reference<{ rectangular: Rectangular }>("barycenter_peers").rectangular;

const line = (count: number, low: number, high: number) =>
  ndarray(
    Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1)),
    [count, 1],
  );
const [M, N, S] = [9, 6, 3];
const geometry = pointCloud(line(M, 0, 1), line(N, 0.1, 0.8));
const problem = {
  geometry,
  atoms: points(Array.from({ length: S }, (_, s) => [...randomHistogram(M, s + 1, s === 0 ? 0.3 : 0)])),
  weights: points([
    [0.2, 0.3, 0.5],
    [0, 0.4, 0.6],
  ]),
};
const domains = ["auto", "scaling", "log"] as const;

it("meets OTT-JAX on points between those of the atoms", () => {
  const given = { geometry: denseGeometry(points(ott.cost)), atoms: points(ott.atoms), weights: points([ott.weights]) };
  for (const domain of domains) {
    const options = { epsilon: ott.epsilon, iterations: 20_000, tolerance: 1e-12, domain };
    const { barycenters, status } = hostBarycenter(given, options);
    expect(status).toEqual(["converged"]);
    expect(relativeNorm(barycenters.data, ott.p)).toBeLessThan(1e-9);
  }
});

describe.each([
  ["plain", {}],
  ["unbalanced", { rho: 0.5 }],
])("%s", (_, variant) => {
  const options = { epsilon: 0.1, iterations: 5, ...variant };

  it.each(domains)("gradients agree with central differences, domain %s", (domain) => {
    const upstream = randomNormal(2 * N, 3);
    const loss = (atoms: Float64Array, weights: Float64Array) =>
      dot(
        hostBarycenter(
          { geometry, atoms: ndarray(atoms, [S, M]), weights: ndarray(weights, [2, S]) },
          { ...options, domain },
        ).barycenters.data,
        upstream,
      );
    const { backward } = hostBarycenter(problem, { ...options, domain });
    const { gradientAtoms, gradientWeights } = backward(ndarray(upstream, [2, N]));
    const [atoms, weights] = [problem.atoms.data, problem.weights.data];
    const step = 1e-6;
    const slope = (x: Float64Array, direction: Float64Array, f: (x: Float64Array) => number) =>
      (f(x.map((v, i) => v + step * direction[i])) - f(x.map((v, i) => v - step * direction[i]))) / (2 * step);
    const alongAtoms = randomNormal(S * M, 4).map((value, i) => value * atoms[i]);
    expect(dot(gradientAtoms.data, alongAtoms)).toBeCloseTo(
      slope(atoms, alongAtoms, (x) => loss(x, weights)),
      6,
    );
    const alongWeights = randomNormal(2 * S, 5).map((value, i) => value * weights[i]);
    expect(dot(gradientWeights.data, alongWeights)).toBeCloseTo(
      slope(weights, alongWeights, (x) => loss(atoms, x)),
      6,
    );
  });

  it("a geometry an atom: all the same is one, and each counts for its own atom", () => {
    const one = hostBarycenter(problem, options);
    const same = hostBarycenter({ ...problem, geometry: [geometry, geometry, geometry] }, options);
    expect(same.barycenters.data).toEqual(one.barycenters.data);
    // An atom whose points have moved and whose masses have followed is the same atom.
    const order = [3, 0, 8, 1, 7, 2, 6, 4, 5];
    const moved = line(M, 0, 1).data.map((_, i) => order[i] / (M - 1));
    const atoms = problem.atoms.data.map((mass, i) => (i < M ? problem.atoms.data[order[i]] : mass));
    const other = pointCloud(ndarray(moved, [M, 1]), line(N, 0.1, 0.8));
    const found = hostBarycenter(
      { ...problem, atoms: ndarray(atoms, [S, M]), geometry: [other, geometry, geometry] },
      options,
    );
    expect(found.barycenters.data).toBeAllclose(one.barycenters.data);
  });
});

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each([
    ["scaling", {}],
    ["log", {}],
    ["auto", { rho: 0.5 }],
  ] as const)("the composed form and the operation equal the host, domain %s", async (domain, variant) => {
    const options = { epsilon: 0.1, iterations: 4, domain, ...variant };
    const expected = hostBarycenter(problem, options);
    const upstream = randomNormal(2 * N, 6);
    const gradient = expected.backward(ndarray(upstream, [2, N]));
    const weights = tf.tensor2d(Float32Array.from(problem.weights.data), [2, S]);
    const kernel = geometry.kernel(0.1);
    for (const operation of [barycenterComposed, barycenter]) {
      const loss = (atoms: tf.Tensor) => {
        const { barycenters } = operation({ geometry, kernel, atoms: atoms as tf.Tensor2D, weights }, options);
        return tf.sum<tf.Scalar>(tf.mul(barycenters, tf.tensor2d(Float32Array.from(upstream), [2, N])));
      };
      const atoms = tf.tensor2d(Float32Array.from(problem.atoms.data), [S, M]);
      const { value, grad } = tf.valueAndGrad(loss)(atoms);
      expect((await value.data())[0]).toBeCloseTo(dot(expected.barycenters.data, upstream), 4);
      const found = await grad.data();
      const times = (values: ArrayLike<number>) => Array.from(values, (v, i) => v * problem.atoms.data[i]);
      expect(relativeNorm(times(found), times(gradient.gradientAtoms.data))).toBeLessThan(1e-3);
    }
    kernel.dispose();
  });
});

describe("bad input", () => {
  const options = { epsilon: 0.1, iterations: 2 };
  it.each([
    ["atoms on the barycenter's points", { atoms: points([new Array<number>(N).fill(1)]) }, /atoms must be \[S, 9\]/],
    ["a geometry too few", { geometry: [geometry, geometry] }, /a geometry for each of 3 atoms, got 2/],
    [
      "geometries of two shapes",
      { geometry: [geometry, geometry, pointCloud(line(M, 0, 1), line(M, 0, 1))] },
      /geometries of one shape, got \[9, 6\] and \[9, 9\]/,
    ],
  ])("%s", (_, change, message) => {
    expect(() => hostBarycenter({ ...problem, ...change }, options)).toThrow(message);
  });

  it("heavy-ball, and debiasing, which need the atoms' points", () => {
    expect(() => hostBarycenter(problem, { ...options, heavyBall: -0.1 })).toThrow(/heavy-ball.*got \[9, 6\]/);
    expect(() => hostDebiasedBarycenter(problem, { epsilon: 0.1 })).toThrow(/got a cost \[9, 6\] between two sets/);
  });
});
