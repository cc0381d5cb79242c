import { describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { PointCost } from "../../../../src/geometry/geometry.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { sinkhornDivergenceHost } from "../../../../src/transport/divergence-host.ts";
import { divergenceGradient, divergenceHessianProduct } from "../../../../src/transport/implicit/divergence.ts";
import type { VariableSlopes } from "../../../../src/transport/implicit/variables.ts";
import { directionalDerivative } from "../../../support/differences.ts";
import { dot, randomHistogram, randomMasses, randomNormal } from "../../../support/problems.ts";

const [N, M, D] = [6, 5, 2];
const EXACT = { tolerance: 1e-13, maxIterations: 100_000 };
const EPSILON = 0.5;
const cloud = (x: Float64Array, y: Float64Array, cost: PointCost = "squared-euclidean") =>
  pointCloud(ndarray(x, [x.length / D, D]), ndarray(y, [y.length / D, D]), { cost });
const flat = ({ a, b, points, epsilon }: VariableSlopes): number[] => [
  ...a,
  ...b,
  ...(points ? [...points.x, ...points.y] : []),
  epsilon,
];
const [x, y] = [randomMasses(N * D, 1), randomMasses(M * D, 2)].map((part) => part.map((value) => 1 + 2 * value));
const [a, b] = [randomHistogram(N, 3, 0.3), randomHistogram(M, 4)];

function direction(seed: number) {
  const random = randomNormal(N + M + (N + M) * D + 1, seed);
  const masses = (from: number, present: Float64Array) => {
    const part = present.map((mass, index) => (mass > 0 ? 0.02 * random[from + index] : 0));
    const count = present.filter((mass) => mass > 0).length;
    const mean = part.reduce((sum, value) => sum + value, 0) / count;
    return part.map((value, index) => (present[index] > 0 ? value - mean : 0));
  };
  return {
    a: masses(0, a),
    b: masses(N, b),
    x: random.slice(N + M, N + M + N * D).map((value) => 0.1 * value),
    y: random.slice(N + M + N * D, N + M + (N + M) * D).map((value) => 0.1 * value),
    epsilon: 0.1,
  };
}

describe.each(["squared-euclidean", "euclidean", "manhattan", "cosine"] as const)("of clouds, %s", (cost) => {
  const gradientAt = ([a, b, x, y, epsilon]: readonly Float64Array[]) =>
    divergenceGradient(a, b, cloud(x, y, cost), { ...EXACT, epsilon: epsilon[0] });
  const at = [a, b, x, y, Float64Array.of(EPSILON)];

  it("the gradient is that of the value", () => {
    const towards = direction(5);
    const parts = [towards.a, towards.b, towards.x, towards.y, Float64Array.of(towards.epsilon)];
    const expected = directionalDerivative((values) => gradientAt(values).value, at, parts)[0];
    expect(
      dot(
        flat(gradientAt(at)),
        parts.flatMap((part) => [...part]),
      ),
    ).toBeCloseTo(expected, 8);
  });

  it("the Hessian's product is the change of the gradient, and symmetric", () => {
    const [first, second] = [direction(6), direction(7)];
    const parts = [first.a, first.b, first.x, first.y, Float64Array.of(first.epsilon)];
    const expected = directionalDerivative((values) => Float64Array.from(flat(gradientAt(values))), at, parts);
    const product = (towards: typeof first) =>
      divergenceHessianProduct(a, b, cloud(x, y, cost), towards, { ...EXACT, epsilon: EPSILON });
    expect(flat(product(first))).toBeAllclose(expected, { relative: 1e-7, absolute: 1e-8 });
    const others = [...second.a, ...second.b, ...second.x, ...second.y, second.epsilon];
    expect(dot(flat(product(first)), others)).toBeCloseTo(
      dot(
        flat(product(second)),
        parts.flatMap((part) => [...part]),
      ),
      9,
    );
  });
});

it("is that of sinkhornDivergenceHost, on one symmetric geometry", () => {
  const geometry = unitGrid([3, 2]);
  const [first, second] = [randomHistogram(6, 8), randomHistogram(6, 9, 0.4)];
  const options = { ...EXACT, epsilon: 0.1 };
  const { value, epsilon, ...slopes } = divergenceGradient(first, second, geometry, options);
  const host = sinkhornDivergenceHost(first, second, geometry, options);
  expect(value).toBeCloseTo(host.divergence, 12);
  const centred = (values: Float64Array) => {
    const mean = values.reduce((sum, entry) => sum + entry, 0) / values.length;
    return values.map((entry) => entry - mean);
  };
  expect(centred(slopes.a)).toBeAllclose(centred(host.gradientA), { absolute: 1e-11 });
  expect(centred(slopes.b)).toBeAllclose(centred(host.gradientB), { absolute: 1e-11 });
  const at = (scale: number) => divergenceGradient(first, second, geometry, { ...EXACT, epsilon: scale }).value;
  expect(epsilon).toBeCloseTo((at(0.1001) - at(0.0999)) / 2e-4, 5);
});

describe("clouds that are the same", () => {
  it.each([1, 0.05])("have a divergence and a gradient of zero at epsilon %s", (epsilon) => {
    for (const cost of ["squared-euclidean", "euclidean"] as const) {
      const result = divergenceGradient(a, a, cloud(x, x.slice(), cost), { ...EXACT, epsilon });
      expect(result.value).toBeCloseTo(0, 11);
      expect(flat(result)).toBeAllclose(
        flat(result).map(() => 0),
        { absolute: 1e-11 },
      );
    }
  });

  it("have a Hessian that is finite, at duplicate points and zero masses too", () => {
    const doubled = Float64Array.of(...x, ...x);
    const masses = Float64Array.of(...a, ...a).map((mass) => mass / 2);
    const moved = { x: randomNormal(doubled.length, 10) };
    for (const cost of ["squared-euclidean", "euclidean"] as const) {
      const geometry = cloud(doubled, doubled.slice(), cost);
      const product = divergenceHessianProduct(masses, masses, geometry, moved, { ...EXACT, epsilon: 0.5 });
      expect(flat(product).every(Number.isFinite)).toBe(true);
      if (cost === "euclidean") continue; // has a kink there
      // at its minimum the divergence curves upwards
      expect(dot(product.points!.x, moved.x)).toBeGreaterThan(1e-3);
    }
  });
});

it("refuses the direction of a cost that follows from points, and points of a matrix", () => {
  const options = { epsilon: 1 };
  const matrix = denseGeometry([0, 1, 1, 0], [2, 2]);
  const halves = [0.5, 0.5];
  expect(() => divergenceHessianProduct(a, b, cloud(x, y), { cost: new Float64Array(N * M) }, options)).toThrow(
    /^direction: the cost follows from points/,
  );
  expect(() => divergenceHessianProduct(halves, halves, matrix, { x: [1, 2] }, options)).toThrow(
    /^direction: x and y are those of a point cloud/,
  );
});
