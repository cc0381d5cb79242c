import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { Geometry, PointCost } from "../../../../src/geometry/geometry.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import {
  entropicGradient,
  entropicHessianProduct,
  type ImplicitOptions,
} from "../../../../src/transport/implicit/entropic.ts";
import type { VariableSlopes } from "../../../../src/transport/implicit/variables.ts";
import { directionalDerivative } from "../../../support/differences.ts";
import { dot, randomHistogram, randomMasses, randomNormal } from "../../../support/problems.ts";

const [N, M, D] = [7, 6, 2];
const EXACT = { tolerance: 1e-13, maxIterations: 100_000 };

interface Setting {
  readonly name: string;
  readonly geometry: (variables: readonly Float64Array[]) => Geometry;
  /** What the geometry is made of. */
  readonly variables: readonly Float64Array[];
  readonly shape: readonly [number, number];
}

const cloud = (cost: PointCost): Setting => ({
  name: cost,
  geometry: ([x, y]) => pointCloud(ndarray(x, [N, D]), ndarray(y, [M, D]), { cost }),
  variables: [randomNormal(N * D, 3).map((value) => value + 2), randomNormal(M * D, 4).map((value) => value + 2)],
  shape: [N, M],
});
const matrix: Setting = {
  name: "matrix",
  geometry: ([cost]) => denseGeometry(cost, [N, M]),
  variables: [randomMasses(N * M, 5)],
  shape: [N, M],
};
const grid: Setting = { name: "grid", geometry: () => unitGrid([3, 2]), variables: [], shape: [6, 6] };
const settings = [...(["squared-euclidean", "euclidean", "manhattan", "cosine"] as const).map(cloud), matrix, grid];

const geometryPart = ({ points, cost }: VariableSlopes): Float64Array[] =>
  points ? [points.x, points.y] : cost ? [cost] : [];
const flat = (slopes: VariableSlopes): Float64Array[] => [
  slopes.a,
  slopes.b,
  ...geometryPart(slopes),
  Float64Array.of(slopes.epsilon),
];
const joined = (parts: readonly Float64Array[]): Float64Array => Float64Array.from(parts.flatMap((part) => [...part]));

/** A random direction of everything, masses with equal sums, zero masses staying zero. */
function directionOf(parts: readonly Float64Array[], seed: number): Float64Array[] {
  const moved = parts.map((part, index) =>
    randomNormal(part.length, seed + index).map((value, at) => (index < 2 && part[at] === 0 ? 0 : value)),
  );
  for (const [index, target] of [0, 0].entries()) {
    const present = parts[index].map((mass) => (mass > 0 ? 1 : 0));
    const excess = (moved[index].reduce((sum, value) => sum + value, 0) - target) / dot(present, present);
    moved[index] = moved[index].map((value, at) => value - excess * present[at]);
  }
  moved[0] = moved[0].map((value) => value * 0.02);
  moved[1] = moved[1].map((value) => value * 0.02);
  moved[parts.length - 1] = moved.at(-1)!.map((value) => value * 0.1);
  return moved.map((part, index) => (index >= 2 && index < parts.length - 1 ? part.map((value) => value * 0.1) : part));
}

function asDirection(parts: readonly Float64Array[]) {
  const inside = parts.slice(2, -1);
  return {
    a: parts[0],
    b: parts[1],
    ...(inside.length === 2 && { x: inside[0], y: inside[1] }),
    ...(inside.length === 1 && { cost: inside[0] }),
    epsilon: parts.at(-1)![0],
  };
}

describe.each(settings)("$name", ({ geometry, variables, shape: [n, m] }) => {
  describe.each([
    { name: "histograms", zeros: 0, total: 1 },
    { name: "zero masses", zeros: 0.4, total: 1 },
    { name: "a total of 2.5", zeros: 0, total: 2.5 },
  ])("$name", ({ zeros, total }) => {
    const masses = [randomHistogram(n, 1, zeros), randomHistogram(m, 2, zeros)].map((part) =>
      part.map((mass) => mass * total),
    );
    const at = [...masses, ...variables, Float64Array.of(0.4)];
    const gradientAt = (parts: readonly Float64Array[], options?: Partial<ImplicitOptions>) =>
      entropicGradient(parts[0], parts[1], geometry(parts.slice(2, -1)), {
        ...EXACT,
        epsilon: parts.at(-1)![0],
        ...options,
      });

    it("the gradient is that of the value", () => {
      const direction = directionOf(at, 20);
      const expected = directionalDerivative((parts) => gradientAt(parts).value, at, direction)[0];
      const actual = flat(gradientAt(at)).reduce((sum, part, index) => sum + dot(part, direction[index]), 0);
      expect(actual).toBeCloseTo(expected, 8);
    });

    it("the Hessian's product is the change of the gradient", () => {
      const direction = directionOf(at, 30);
      const expected = directionalDerivative((parts) => joined(flat(gradientAt(parts))), at, direction);
      const product = entropicHessianProduct(at[0], at[1], geometry(variables), asDirection(direction), {
        ...EXACT,
        epsilon: 0.4,
      });
      expect(joined(flat(product))).toBeAllclose(expected, { relative: 1e-7, absolute: 1e-8 });
    });
  });
});
