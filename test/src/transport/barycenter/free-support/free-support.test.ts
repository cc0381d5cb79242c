import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pointCloud } from "../../../../../src/geometry/pointcloud.ts";
import { ndarray, type NdArray } from "../../../../../src/tensor/ndarray.ts";
import { emd } from "../../../../../src/transport/exact/emd.ts";
import { freeSupportBarycenter } from "../../../../../src/transport/barycenter/free-support/free-support.ts";
import { points, randomNormal } from "../../../../support/problems.ts";
import { reference } from "../../../../support/reference.ts";

interface Reference {
  readonly clouds: number[][][];
  readonly masses: number[][];
  readonly weights: number[];
  readonly start: number[][];
  readonly startMasses: number[];
  readonly exact: { one: number[][]; converged: number[][]; objectiveBefore: number; objective: number };
  readonly entropic: { epsilon: number; one: number[][]; converged: number[][] };
  readonly ott: { epsilon: number; points: number; iterations: number; support: number[][]; costs: number[] };
}
const peers = reference<{ freeSupport: Reference }>("barycenter_peers").freeSupport;
const clouds = peers.clouds.map(points);
const given = {
  weights: peers.weights,
  masses: peers.masses,
  support: points(peers.start),
  supportMasses: peers.startMasses,
};

describe("exact", () => {
  it("meets POT's free_support_barycenter", () => {
    const one = freeSupportBarycenter(clouds, { ...given, maxIterations: 1 });
    expect(one.support.data).toBeAllclose(peers.exact.one);
    expect(one.status).toBe("max-iterations");
    expect(one.objectives).toBeAllclose([peers.exact.objectiveBefore]);
    const all = freeSupportBarycenter(clouds, given);
    expect(all.support.data).toBeAllclose(peers.exact.converged);
    expect(all.status).toBe("converged");
    expect(all.objectives.at(-1)).toBeCloseTo(peers.exact.objective, 9);
    expect(all.iterations).toBe(all.objectives.length);
    expect(all.objectives.every((value, k) => k === 0 || value <= all.objectives[k - 1] + 1e-12)).toBe(true);
  });

  it("of a cloud and its translations is the cloud, translated by the mean", () => {
    const shape = randomNormal(12, 3);
    const moved = (x: number, y: number) =>
      ndarray(
        shape.map((v, i) => v + (i % 2 === 0 ? x : y)),
        [6, 2],
      );
    const found = freeSupportBarycenter([moved(0, 0), moved(4, 1), moved(-2, 5)], {
      weights: [0.5, 0.25, 0.25],
      support: moved(1, 1),
    });
    expect(found.support.data).toBeAllclose(moved(0.5, 1.5).data);
  });

  it("in one dimension is the mean of the quantiles", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const rows = [0, 1, 2].map((s) => randomNormal(7, seed + s));
        const line = rows.map((row) => ndarray(row, [7, 1]));
        const sorted = rows.map((row) => row.toSorted());
        const found = freeSupportBarycenter(line, { weights: [1, 2, 5], points: 7, seed });
        const expected = sorted[0].map((value, i) => (value + 2 * sorted[1][i] + 5 * sorted[2][i]) / 8);
        expect(found.support.data.toSorted()).toBeAllclose(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("a cloud of weight 0 has no part in it, a point without mass stays", () => {
    const far = points([[1e6, 0]]);
    const options = { weights: [1, 0], support: points([[5, 5], [9, 9]]), supportMasses: [1, 0] }; // prettier-ignore
    const found = freeSupportBarycenter([points([[1, 2], [3, 4]]), far], options); // prettier-ignore
    expect(found.support.data).toBeAllclose([2, 3, 9, 9]);
  });
});

describe("entropic", () => {
  it("meets POT's free_support_sinkhorn_barycenter", () => {
    const { epsilon, one, converged } = peers.entropic;
    const options = { ...given, epsilon, innerTolerance: 1e-12 };
    const step = freeSupportBarycenter(clouds, { ...options, maxIterations: 1 });
    expect(step.support.data).toBeAllclose(one, { absolute: 1e-6 }); // POT's inner threshold
    const all = freeSupportBarycenter(clouds, { ...options, maxIterations: 500, tolerance: 1e-10 });
    expect(all.status).toBe("converged");
    expect(all.support.data).toBeAllclose(converged, { absolute: 1e-5 });
  });

  it("meets OTT's FreeWassersteinBarycenter, cost by cost", () => {
    const { epsilon, points: size, iterations, support, costs } = peers.ott;
    const cut = clouds.map(({ data }) => ndarray(data.slice(0, 2 * size), [size, 2]));
    const options = { weights: peers.weights, support: points(peers.start), epsilon, innerTolerance: 1e-12 };
    const found = freeSupportBarycenter(cut, { ...options, maxIterations: iterations, tolerance: 0 });
    expect(found.objectives).toBeAllclose(costs, { relative: 1e-7 });
    expect(found.support.data).toBeAllclose(support, { absolute: 1e-6 });
    expect(found.status).toBe("max-iterations");
  });

  it("shrinks a cloud, which debiasing does not", () => {
    const cloud = ndarray(randomNormal(20, 8), [10, 2]);
    const start = ndarray(randomNormal(20, 9), [10, 2]);
    const spread = ({ data }: NdArray<Float64Array>) => data.reduce((sum, value) => sum + value * value, 0);
    const options = { support: start, epsilon: 1, maxIterations: 3000, tolerance: 1e-9 };
    const plain = freeSupportBarycenter([cloud], options);
    const debiased = freeSupportBarycenter([cloud], { ...options, debiased: true });
    expect(spread(plain.support)).toBeLessThan(0.95 * spread(cloud));
    expect(debiased.objectives.at(-1)).toBeLessThan(1e-3 * debiased.objectives[0]);
    expect(debiased.objectives.at(-1)).toBeGreaterThan(-1e-9);
    const equal = new Float64Array(10).fill(0.1);
    const apart = emd(equal, equal, pointCloud(debiased.support, cloud)).value;
    expect(apart).toBeLessThan(0.05 * emd(equal, equal, pointCloud(plain.support, cloud)).value);
  });
});

describe("masses that move", () => {
  it.each([undefined, 0.05])("meet an atom with unequal masses, epsilon %s", (epsilon) => {
    const cloud = points([[0], [1], [2]]);
    const options = { masses: [[0.6, 0.3, 0.1]], support: points([[0.02], [0.98], [2.01]]), epsilon };
    const fixed = freeSupportBarycenter([cloud], options);
    const learned = freeSupportBarycenter([cloud], { ...options, learnMasses: true, maxIterations: 400 });
    expect(learned.objectives.at(-1)! + 0.05).toBeLessThan(fixed.objectives.at(-1)!);
    expect(learned.objectives.every((value, k) => k === 0 || value <= learned.objectives[k - 1] + 1e-3)).toBe(true);
    expect(learned.masses).toBeAllclose([0.6, 0.3, 0.1], { absolute: 0.01 });
    expect(learned.masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
    expect(fixed.masses).toBeAllclose([1 / 3, 1 / 3, 1 / 3]);
  });
});

describe("the start", () => {
  it("depends on the seed alone", () => {
    const draw = (seed: number) => freeSupportBarycenter(clouds, { points: 5, seed, maxIterations: 3 }).support.data;
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("is not changed", () => {
    const support = points(peers.start);
    freeSupportBarycenter(clouds, { ...given, support });
    expect(support.data).toEqual(points(peers.start).data);
  });
});

describe("bad input", () => {
  it.each([
    ["no clouds", [], {}, /expected an array of clouds/],
    ["clouds of two dimensions", [clouds[0], points([[1]])], {}, /dimension 2, cloud 1 of 1/],
    ["NaN", [points([[1, NaN]])], {}, /finite coordinates, got NaN in row 0 of cloud 0/],
    ["both starts", clouds, { points: 3 }, /^points: expected one of/],
    ["no start", clouds, { support: undefined }, /^points: expected one of/],
    ["half a point", clouds, { support: undefined, points: 0.5 }, /^points: expected a whole number/],
    ["a start in another dimension", clouds, { support: points([[1]]) }, /support as \[points, 2\], got \[1, 1\]/],
    ["masses of too few clouds", clouds, { masses: [[1]] }, /^masses: expected one array for each of 3 clouds, got 1/],
    ["too few masses", clouds, { masses: [[1], [1], [1]] }, /^masses of cloud 0: expected 5 numbers, got 1/],
    ["negative weights", clouds, { weights: [1, -1, 1] }, /^weights: expected numbers >= 0, not all 0, got -1/],
    ["no weights", clouds, { weights: [0, 0, 0] }, /got a sum of 0/],
    ["debiased without entropy", clouds, { debiased: true }, /^debiased: exact transport has no bias/],
    ["epsilon 0", clouds, { epsilon: 0 }, /epsilon/],
    ["no steps", clouds, { maxIterations: 0 }, /^maxIterations: expected a whole number/],
    ["a negative tolerance", clouds, { tolerance: -1 }, /^tolerance/],
  ])("%s", (_, list, change, message) => {
    const masses = list.length === 3 ? given : { support: given.support };
    expect(() => freeSupportBarycenter(list as NdArray[], { ...masses, ...change })).toThrow(message);
  });
});
