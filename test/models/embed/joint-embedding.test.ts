import { describe, expect, it } from "vitest";
import { jointEmbedding } from "../../../models/embed/joint-embedding.ts";
import { pairwiseDistances } from "../../../src/spaces/distances.ts";
import { matrixMetric } from "../../../src/spaces/metric-matrix.ts";
import { metricSpace } from "../../../src/spaces/space.ts";
import { circleTarget } from "../../../src/spaces/targets/circle.ts";
import { planeTarget } from "../../../src/spaces/targets/plane.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";
import { emd } from "../../../src/transport/exact/emd.ts";

/** Points of an L, which has no symmetry but one mirror that its unequal arms break. */
function ell(count: number) {
  const points = Float64Array.from({ length: 2 * count }, (_, at) => {
    const along = (3 * Math.floor(at / 2)) / (count - 1);
    return at % 2 === 0 ? Math.min(along, 2) / 2 : Math.max(along - 2, 0) / 2;
  });
  return ndarray(points, [count, 2]);
}

/** The same points turned, mirrored and moved. */
function moved({ data, shape }: ReturnType<typeof ell>) {
  const [cos, sin] = [Math.cos(2), Math.sin(2)];
  const out = new Float64Array(data.length);
  for (let at = 0; at < data.length; at += 2) {
    out[at] = cos * data[at] + sin * data[at + 1] + 7;
    out[at + 1] = sin * data[at] - cos * data[at + 1];
  }
  return ndarray(out, shape);
}

const spaceOf = (points: ReturnType<typeof ell>) => metricSpace(matrixMetric(pairwiseDistances(points)));

describe("jointEmbedding", () => {
  it("puts a shape and its moved, mirrored copy on each other", () => {
    const points = ell(30);
    const target = planeTarget({ resolution: 11 });
    const options = { lambda: 10, epsilon: 1e-3, outer: 40, starts: 4, seed: 3 };
    const found = jointEmbedding(spaceOf(points), spaceOf(moved(points)), target, options);
    const [x, y] = [found.couplingX, found.couplingY].map((coupling) => target.project(coupling));
    const { data: apart } = target.distances(x, y);
    for (let i = 0; i < 30; i++) expect(apart[30 * i + i]).toBeLessThan(0.1);
    expect(found.objective.value).toBe(Math.min(...found.objectives));
    expect(found.objective.gromovX).toBeLessThan(0.01);
  });

  it("says the objective of its couplings, and marginals are the weights", () => {
    const [x, y] = [spaceOf(ell(12)), spaceOf(ell(9))];
    const target = planeTarget({ resolution: 6 });
    const found = jointEmbedding(x, y, target, { lambda: 1, epsilon: 0.01, outer: 10, starts: 1 });
    const { wasserstein, gromovX, gromovY, value } = found.objective;
    expect(value).toBeCloseTo(wasserstein + gromovX + gromovY, 12);
    const dZ = target.metric.matrix().data;
    expect(found.couplingZ.data.reduce((sum, p, at) => sum + p * dZ[at] ** 2, 0)).toBeCloseTo(wasserstein, 12);
    const rows = Array.from({ length: 12 }, (_, i) => found.couplingX.data.subarray(36 * i, 36 * i + 36));
    for (const row of rows) expect(row.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1 / 12, 8);
  });

  it("approaches the Wasserstein distance on a circle as lambda grows (proposition 3.4)", () => {
    const bins = 40;
    const target = circleTarget({ bins, scale: "unit" });
    const metric = matrixMetric(target.metric.matrix());
    const density = Float64Array.from({ length: bins }, (_, bin) => Math.exp(2 * Math.cos((2 * Math.PI * bin) / bins)));
    const x = metricSpace(metric);
    const y = metricSpace(metric, density);
    const squares = target.metric.matrix();
    squares.data.forEach((distance, at) => (squares.data[at] = distance ** 2));
    const exact = emd(x.weights, y.weights, squares).value;
    const values = [0.3, 3, 30].map((lambda) => {
      const options = { lambda, epsilon: 2e-4 * Math.max(lambda, 1), outer: 60, starts: 2, seed: 1 };
      return jointEmbedding(x, y, target, options).objective.wasserstein;
    });
    expect(values[0]).toBeLessThan(values[1]);
    expect(values[1]).toBeLessThan(values[2]);
    expect(Math.abs(values[2] - exact) / exact).toBeLessThan(0.1);
  });

  it("is the same for the same seed, and calls back each step", () => {
    const [x, y] = [spaceOf(ell(8)), spaceOf(ell(7))];
    const random = Random.fromSeed(0).state();
    const steps: number[] = [];
    const run = () =>
      jointEmbedding(x, y, planeTarget({ resolution: 4 }), {
        outer: 3,
        starts: 2,
        epsilon: 0.01,
        seed: 5,
        onStep: ({ objective }) => steps.push(objective),
      });
    expect(run()).toEqual(run());
    expect(steps).toHaveLength(6);
    expect(Random.fromSeed(0).state()).toEqual(random);
  });

  it.each([
    [{ epsilon: -1 }, "epsilon: expected"],
    [{ starts: 0 }, "starts: expected"],
    [{ epsilon: 0.1, epsilonFrom: 0.01 }, "epsilonFrom: expected at least epsilon"],
  ])("refuses %o", (options, message) => {
    const x = spaceOf(ell(5));
    expect(() => jointEmbedding(x, x, planeTarget({ resolution: 3 }), options)).toThrow(message);
  });
});
