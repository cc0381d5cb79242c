import { describe, expect, it } from "vitest";
import { jmds } from "../../../../eval/baselines/jmds/jmds.ts";
import { foscttm } from "../../../../eval/metrics/alignment.ts";
import { InputError } from "../../../../src/errors.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { ndarray, type NdArray } from "../../../../src/tensor/ndarray.ts";
import { Random } from "../../../../src/tensor/random.ts";

const COUNT = 40;

/** Points of the plane without a symmetry: a bent band that gets wider. */
function band(): NdArray<Float64Array> {
  const random = Random.fromSeed(3);
  const points = Array.from({ length: COUNT }, () => {
    const [along, across] = [random.uniform(), random.uniform()];
    return [2 * along, along ** 2 + (0.1 + along) * across];
  });
  return ndarray(Float64Array.from(points.flat()), [COUNT, 2]);
}

const distancesOf = (points: NdArray) => pointCloud(points, points, { cost: "euclidean", lazy: false }).cost;

/** The same shape twice, which every rotation and reflection leaves as it is. */
const distances = distancesOf(band());

describe("jmds", () => {
  it("lays a copy onto its original: equal distances, nearly no stress, true partners", () => {
    const { x, y, coupling, history, status } = jmds(distances, distances, {
      seed: 1,
      startEpsilon: 1,
      epsilon: 5e-4,
      tolerance: 1e-7,
      iterations: 200,
    });
    expect(status).toBe("converged");
    expect(foscttm(pointCloud(x, y, { lazy: false }).cost).mean).toBe(0);
    const last = history.at(-1)!;
    // what the entropy, which is still there, pulls the points together by
    for (const stress of [last.stressX, last.stressY]) expect(stress).toBeLessThan(1e-4);
    for (let i = 0; i < COUNT; i++) {
      const row = coupling.data.subarray(i * COUNT, (i + 1) * COUNT);
      expect(row.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1 / COUNT, 14);
    }
  });

  it("never raises the objective, and states its parts", () => {
    const other = distancesOf(ndarray(band().data.subarray(0, 2 * 25), [25, 2]));
    const { history, x, y, coupling } = jmds(distances, other, { lambda: 3, iterations: 20, tolerance: 0 });
    expect(history.length).toBeGreaterThan(5);
    history.slice(1).forEach(({ objective }, index) => {
      expect(objective).toBeLessThanOrEqual(history[index].objective * (1 + 1e-12));
    });
    const last = history.at(-1)!;
    const cost = pointCloud(x, y, { lazy: false }).cost.data;
    let [transport, kl, stress] = [0, 0, 0];
    coupling.data.forEach((mass, at) => {
      transport += mass * cost[at];
      if (mass > 0) kl += mass * Math.log(mass * COUNT * 25);
    });
    distancesOf(x).data.forEach((distance, at) => (stress += (distance - distances.data[at]) ** 2 / COUNT ** 2));
    expect(last.transportCost).toBeCloseTo(transport, 10);
    expect(last.stressX).toBeCloseTo(stress, 10);
    expect(last.objective).toBeCloseTo(last.stressX + last.stressY + 3 * (transport + last.epsilon * kl), 10);
  });

  it("is the same for the same seed", () => {
    const run = () => jmds(distances, distances, { seed: 5, iterations: 3, dimension: 3 });
    expect(run()).toEqual(run());
    expect(run().x.shape).toEqual([COUNT, 3]);
  });

  it("starts from a plan that is given", () => {
    const identity = new Float64Array(COUNT * COUNT);
    for (let i = 0; i < COUNT; i++) identity[i * COUNT + i] = 7;
    const coupling = ndarray(identity, [COUNT, COUNT]);
    const { x, y } = jmds(distances, distances, { coupling, iterations: 1, steps: 1 });
    expect(foscttm(pointCloud(x, y, { lazy: false }).cost).mean).toBe(0);
    expect(identity[0]).toBe(7); // the caller's own
  });

  const matrix = (...entries: number[]) => ndarray(Float64Array.from(entries), [2, 2]);
  const good = matrix(0, 1, 1, 0);
  it.each([
    ["a matrix that is not square", () => jmds(ndarray(new Float64Array(6), [2, 3]), good), /dX as \[n, n\].*\[2, 3\]/],
    ["NaN", () => jmds(good, matrix(0, NaN, NaN, 0)), /dY symmetric, finite.*NaN at \[0, 1\]/],
    ["asymmetry", () => jmds(matrix(0, 1, 2, 0), good), /symmetric/],
    ["nothing but zeros", () => jmds(matrix(0, 0, 0, 0), good), /not all zero/],
    ["a negative lambda", () => jmds(good, good, { lambda: -1 }), /^lambda: expected/],
    ["epsilon that rises", () => jmds(good, good, { epsilon: 1, startEpsilon: 0.5 }), /^startEpsilon: expected/],
    [
      "a plan of another shape",
      () => jmds(good, good, { coupling: ndarray(new Float64Array(6), [2, 3]) }),
      /^coupling/,
    ],
  ])("refuses %s", (_, call, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(message);
  });
});
