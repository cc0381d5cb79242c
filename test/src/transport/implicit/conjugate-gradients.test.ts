import { expect, it } from "vitest";
import { RunError } from "../../../../src/errors.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { conjugateGradients } from "../../../../src/transport/implicit/conjugate-gradients.ts";
import { entropicHessianProduct } from "../../../../src/transport/implicit/entropic.ts";
import { randomHistogram, randomNormal } from "../../../support/problems.ts";

/** The Laplacian of a circle, which maps constants to zero. */
const circle = (x: Float64Array): Float64Array =>
  x.map((value, i) => 2 * value - x[(i + 1) % x.length] - x[(i + x.length - 1) % x.length]);
const ones = new Float64Array(9).fill(1);

it("solves up to the constant that the operator does not see", () => {
  const x = randomNormal(9, 1);
  const mean = x.reduce((sum, value) => sum + value, 0) / 9;
  const right = circle(x).map((value) => value + 5); // a part that no solution has
  expect(conjugateGradients(circle, right, ones, true)).toBeAllclose(x.map((value) => value - mean));
});

it("says so where it does not get there", () => {
  const right = circle(randomNormal(9, 2));
  expect(() => conjugateGradients(circle, right, ones, true, { linearIterations: 1 })).toThrow(RunError);
  expect(() => conjugateGradients(circle, right.fill(NaN), ones, true)).toThrow(/not finite/);
});

it("derivatives are refused where Sinkhorn or the linear system did not converge", () => {
  const geometry = unitGrid([5, 5]);
  const [a, b] = [randomHistogram(25, 1), randomHistogram(25, 2)];
  const product = (options: object) =>
    entropicHessianProduct(a, b, geometry, { epsilon: 1 }, { epsilon: 0.01, ...options });
  expect(() => product({ maxIterations: 2 })).toThrow(/^entropicHessianProduct: max-iterations after 2 iterations/);
  expect(() => product({ linearIterations: 2 })).toThrow(/^implicit derivative: conjugate gradients stopped after 2/);
});
