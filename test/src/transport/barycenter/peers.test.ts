import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { hostDebiasedBarycenter } from "../../../../src/transport/barycenter/debiased/host.ts";
import { hostBarycenter } from "../../../../src/transport/barycenter/host/barycenter.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { points } from "../../../support/problems.ts";
import { reference } from "../../../support/reference.ts";

interface Peers {
  readonly size: number;
  readonly atoms: number[][];
  readonly weights: number[];
  readonly cases: readonly { readonly epsilon: number; readonly plain: number[] }[];
}
interface Debiased {
  readonly name: string;
  readonly size: number[];
  readonly epsilon: number;
  readonly atoms: number[][];
  readonly weights: number[];
  readonly p: number[];
}
const { line, image, debiased } = reference<{ line: Peers; image: Peers; debiased: Debiased[] }>("barycenter_peers");

describe.each([
  ["a line (POT barycenter, OTT FixedBarycenter)", line, unitGrid([line.size])],
  ["its cost as a matrix", line, denseGeometry(unitGrid([line.size]).costMatrix())],
  ["an image (POT convolutional_barycenter2d)", image, unitGrid([image.size, image.size])],
])("%s", (_, { atoms, weights, cases }, geometry) => {
  const problem = { geometry, atoms: points(atoms), weights: points([weights]) };

  it.each(cases)("plain, epsilon $epsilon", ({ epsilon, plain }) => {
    const { barycenters, status } = hostBarycenter(problem, { epsilon, iterations: 20_000, tolerance: 1e-12 });
    expect(status).toEqual(["converged"]);
    expect(relativeNorm(barycenters.data, plain)).toBeLessThan(1e-9);
    expect(barycenters.data.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 10);
  });
});

it.each(debiased)("debiased, $name, epsilon $epsilon", ({ size, epsilon, atoms, weights, p }) => {
  const problem = { geometry: unitGrid(size), atoms: points(atoms), weights: points([weights]) };
  const { barycenters, status } = hostDebiasedBarycenter(problem, { epsilon, maxIterations: 50_000, tolerance: 1e-12 });
  expect(status).toEqual(["converged"]);
  expect(relativeNorm(barycenters.data, p)).toBeLessThan(1e-7); // a slow way has two ends
});
