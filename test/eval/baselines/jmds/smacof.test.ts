import { describe, expect, it } from "vitest";
import { couplingOf, squaredCost } from "../../../../eval/baselines/jmds/coupling.ts";
import { procrustes, randomOrthogonal, rotated } from "../../../../eval/baselines/jmds/procrustes.ts";
import { guttmanTransform, jointStep, type Configuration } from "../../../../eval/baselines/jmds/smacof.ts";
import { Random } from "../../../../src/tensor/random.ts";

const DIMENSION = 2;

/** Centred random points with dissimilarities that no points have. */
function configuration(count: number, seed: number): Configuration {
  const random = Random.fromSeed(seed);
  const points = random.fill(count * DIMENSION, () => random.normal());
  for (let axis = 0; axis < DIMENSION; axis++) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += points[i * DIMENSION + axis] / count;
    for (let i = 0; i < count; i++) points[i * DIMENSION + axis] -= mean;
  }
  const dissimilarities = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < i; k++) {
      dissimilarities[i * count + k] = dissimilarities[k * count + i] = 0.5 + random.uniform();
    }
  }
  return { points, dissimilarities, count, dimension: DIMENSION };
}

describe("guttmanTransform", () => {
  it("lowers the stress at each step and leaves perfect points where they are", () => {
    let set = configuration(12, 1);
    const stresses = Array.from({ length: 30 }, () => {
      const { points, stress } = guttmanTransform(set);
      set = { ...set, points };
      return stress;
    });
    stresses.slice(1).forEach((stress, index) => expect(stress).toBeLessThan(stresses[index]));

    const { points, count } = configuration(9, 2);
    const dissimilarities = Float64Array.from({ length: count * count }, (_, at) => {
      const [i, k] = [Math.floor(at / count), at % count];
      return Math.hypot(points[2 * i] - points[2 * k], points[2 * i + 1] - points[2 * k + 1]);
    });
    const perfect = guttmanTransform({ points, dissimilarities, count, dimension: 2 });
    expect(perfect.stress).toBeLessThan(1e-28);
    expect(perfect.points).toBeAllclose(points, { absolute: 1e-13 });
  });

  it("has the stress of the definition", () => {
    const set = {
      points: Float64Array.of(-1, 0, 1, 0),
      dissimilarities: Float64Array.of(0, 5, 5, 0),
      count: 2,
      dimension: 2,
    };
    expect(guttmanTransform(set).stress).toBe((2 * 3 ** 2) / 4);
  });
});

describe("jointStep", () => {
  it.each([0.1, 1, 30])("lowers the objective for a fixed coupling, lambda %d", (lambda) => {
    let sets: [Configuration, Configuration] = [configuration(12, 3), configuration(8, 4)];
    const random = Random.fromSeed(5);
    const coupling = couplingOf(
      random.fill(96, () => random.uniform() ** 6),
      12,
      8,
      DIMENSION,
    );
    const objective = () =>
      guttmanTransform(sets[0]).stress +
      guttmanTransform(sets[1]).stress +
      lambda * squaredCost(sets[0].points, sets[1].points, DIMENSION, coupling);
    for (let step = 0, before = objective(); step < 40; step++) {
      sets = jointStep(sets, lambda, coupling);
      const now = objective();
      expect(now).toBeLessThan(before * (1 + 1e-14));
      before = now;
    }
  });
});

describe("couplingOf", () => {
  it("has uniform marginals exactly, whatever plan it is given", () => {
    const { plan, ofSecond, ofFirst } = couplingOf(Float64Array.of(5, 0, 0, 0, 1, 0), 2, 3, 1);
    expect(plan.every((mass) => mass >= 0)).toBe(true);
    expect(ofSecond(Float64Array.of(1, 1, 1))).toBeAllclose([1, 1], { absolute: 1e-15 });
    expect(ofFirst(Float64Array.of(1, 1))).toBeAllclose([1, 1, 1], { absolute: 1e-15 });
  });
});

describe("procrustes", () => {
  it("finds the orthogonal map between two sets, of either orientation", () => {
    const random = Random.fromSeed(6);
    const { points } = configuration(10, 7);
    const signs = Array.from({ length: 6 }, () => {
      const map = randomOrthogonal(DIMENSION, random);
      const found = procrustes(points, rotated(points, map), DIMENSION);
      expect(found.to1DArray()).toBeAllclose(map.to1DArray(), { absolute: 1e-12 });
      return Math.sign(map.get(0, 0) * map.get(1, 1) - map.get(0, 1) * map.get(1, 0));
    });
    expect(new Set(signs)).toEqual(new Set([1, -1]));
  });
});
