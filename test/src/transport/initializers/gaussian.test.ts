import { describe, expect, it } from "vitest";
import { Matrix } from "ml-matrix";
import { unitGrid, grid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { gaussian, gaussianTimesNu } from "../../../../src/transport/initializers/gaussian.ts";
import {
  gaussianMap,
  planarGaussianMap,
  type PlanarMatrix,
} from "../../../../src/transport/initializers/gaussian-map.ts";
import { points, randomHistogram, randomNormal } from "../../../support/problems.ts";
import { withoutNative } from "../../../support/sinkhorn.ts";

const full = ([xx, xy, yy]: PlanarMatrix) =>
  new Matrix([
    [xx, xy],
    [xy, yy],
  ]);
/** Covariance of three random points of the plane. */
const covariance = (seed: number): PlanarMatrix => {
  const [a, b, c, d] = randomNormal(4, seed);
  return [a * a + b * b, a * c + b * d, c * c + d * d];
};

describe("the map between Gaussians of the plane", () => {
  it("solves S from S = to, and is that of the eigenvalues", () => {
    for (let seed = 0; seed < 20; seed++) {
      const [from, to] = [covariance(2 * seed), covariance(2 * seed + 1)];
      const map = full(planarGaussianMap(from, to));
      expect(map.mmul(full(from)).mmul(map).to1DArray()).toBeAllclose(full(to).to1DArray(), { absolute: 1e-10 });
      expect(map.to1DArray()).toBeAllclose(gaussianMap(full(from), full(to)).to1DArray(), { absolute: 1e-8 });
    }
  });

  it("lines and points have the map of the eigenvalues, too", () => {
    const line: PlanarMatrix = [0.4, 0.2, 0.1];
    for (const [from, to] of [
      [line, covariance(1)],
      [covariance(1), line],
      [line, line],
      [[0, 0, 0], line],
      [line, [0, 0, 0]],
      [[0.3, 0, 0], covariance(2)],
    ] as const) {
      const expected = gaussianMap(full(from), full(to)).to1DArray();
      expect(full(planarGaussianMap(from, to)).to1DArray()).toBeAllclose(expected, { absolute: 1e-7 });
    }
  });
});

describe("batches of Gaussian starts", () => {
  const GEOMETRIES = {
    "a rectangular grid": grid({ size: [5, 7], spacing: [0.3, 0.1] }),
    "one row": unitGrid([1, 35]),
    "a line": unitGrid([35]),
    "a cube": unitGrid([5, 7, 1]),
    "points in 3-D": pointCloud(
      points(Array.from({ length: 35 }, (_, at) => Array.from(randomNormal(3, at)))),
      points(Array.from({ length: 35 }, (_, at) => Array.from(randomNormal(3, at + 50)))),
    ),
  };
  const pairs = 4;
  const rows = (seed: number) => Array.from({ length: pairs }, (_, pair) => randomHistogram(35, seed + pair, 0.3));
  const [a, b] = [rows(1), rows(20)];
  const [one, other] = [Float64Array.of(...[0, 0, 1], ...new Float64Array(32)), new Float64Array(35).fill(1 / 35)];
  a.push(one, other);
  b.push(other, one);
  const epsilon = 0.05;

  it.each(Object.entries(GEOMETRIES))("under %s are those of the pairs, in the addon and without it", (_, geometry) => {
    for (const initializer of [gaussian, gaussianTimesNu]) {
      const expected = a.map((masses, pair) => {
        const g = initializer.hostPotential({ geometry, a: masses, b: b[pair], epsilon });
        return g.map((value, at) => (b[pair][at] > 0 ? value : 0));
      });
      const joined = (side: readonly Float64Array[]) => Float64Array.from(side.flatMap((row) => [...row]));
      const [first, second] = [joined(a), joined(b)];
      for (const under of [geometry, withoutNative(geometry)]) {
        const problem = { geometry: under, a: first, b: second, pairs: a.length, epsilon };
        const g = initializer.hostPotentials!(problem).map((value, at) => (second[at] > 0 ? value : 0));
        expect(g).toBeAllclose(joined(expected), { relative: 1e-6, absolute: 1e-6 });
      }
    }
  });
});
