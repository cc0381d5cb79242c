// Against OTT-JAX and jax in float64: values, gradients and Hessian products in masses, points, entries and epsilon.
import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { PointCost } from "../../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { divergenceGradient, divergenceHessianProduct } from "../../../../src/transport/implicit/divergence.ts";
import { entropicGradient, entropicHessianProduct } from "../../../../src/transport/implicit/entropic.ts";
import type { VariableSlopes } from "../../../../src/transport/implicit/variables.ts";
import { flatten } from "../../../support/allclose.ts";
import { points } from "../../../support/problems.ts";
import { centred, reference } from "../../../support/reference.ts";

interface Reference {
  readonly a: number[];
  readonly b: number[];
  readonly x: number[][];
  readonly y: number[][];
  readonly matrix: number[][];
  readonly direction: {
    readonly a: number[];
    readonly b: number[];
    readonly x: number[][];
    readonly y: number[][];
    readonly cost: number[][];
    readonly epsilon: number;
  };
  readonly cases: readonly {
    readonly name: "entropic" | "divergence" | "matrix";
    readonly cost: PointCost | null;
    readonly epsilon: number;
    readonly value: number;
    readonly gradient: readonly (readonly unknown[] | number)[];
    readonly hessianProduct: readonly (readonly unknown[] | number)[];
  }[];
}

const { a, b, x, y, matrix, direction, cases } = reference<Reference>("entropic_derivatives");
const TOLERANCE = { relative: 1e-8, absolute: 1e-9 };

describe.each(cases)("$name $cost, epsilon $epsilon", ({ name, cost, epsilon, value, gradient, hessianProduct }) => {
  const options = { epsilon, tolerance: 1e-14, maxIterations: 100_000 };
  const geometry = cost ? pointCloud(points(x), points(y), { cost }) : denseGeometry(flatten(matrix), [6, 5]);
  const moved = { a: direction.a, b: direction.b, epsilon: direction.epsilon };
  const along = cost
    ? { ...moved, x: flatten(direction.x), y: flatten(direction.y) }
    : { ...moved, cost: flatten(direction.cost) };
  const product = name === "divergence" ? divergenceHessianProduct : entropicHessianProduct;
  const found = name === "divergence" ? divergenceGradient : entropicGradient;

  function compare(slopes: VariableSlopes, expected: readonly (readonly unknown[] | number)[]): void {
    const parts = slopes.points ? [slopes.points.x, slopes.points.y] : [slopes.cost!];
    expect(centred(slopes.a)).toBeAllclose(centred(flatten(expected[0] as number[])), TOLERANCE);
    expect(centred(slopes.b)).toBeAllclose(centred(flatten(expected[1] as number[])), TOLERANCE);
    parts.forEach((part, index) => expect(part).toBeAllclose(expected[2 + index] as unknown[], TOLERANCE));
    expect([slopes.epsilon]).toBeAllclose([expected.at(-1)!], TOLERANCE);
  }

  it("value and gradient", () => {
    const result = found(a, b, geometry, options);
    expect(result.value).toBeCloseTo(value, 10);
    compare(result, gradient);
  });

  it("the Hessian's product", () => compare(product(a, b, geometry, along, options), hessianProduct));
});
