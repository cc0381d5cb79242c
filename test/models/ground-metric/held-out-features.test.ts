import { describe, expect, it } from "vitest";
import { agreementWith, heldOutFeatures } from "../../../models/ground-metric/held-out-features.ts";
import { loadState, saveState } from "../../../models/ground-metric/state-tree.ts";
import { tableOf } from "../../../models/ground-metric/table.ts";
import { metricOptions } from "../../../models/metric/options.ts";
import { setUpMetric } from "../../../models/metric/setup.ts";
import { wsvOptions, type WsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { InputError } from "../../../src/errors.ts";
import { resolveOptions } from "../../../src/options.ts";
import { Random } from "../../../src/tensor/random.ts";
import { forPairs, pairCount } from "../../../src/transport/pairs/pair-order.ts";
import { iterate, matrixDataset, randomMatrix } from "../../support/ground-metric.ts";

/** Logarithms of noisy counts of kinds of cells, two and two of them alike. */
function plantedCells(seed: number, { samples = 80, features = 60, kinds = 4, counts = 60 } = {}) {
  const random = Random.fromSeed(seed);
  const normal = () => Array.from({ length: features }, () => random.normal());
  const base = normal();
  const parents = [normal(), normal()];
  const rates = Array.from({ length: kinds }, (_, kind) => {
    const own = normal();
    return base.map((b, k) => Math.exp(0.7 * b + 0.6 * own[k]! + 0.9 * parents[kind >> 1]![k]!));
  });
  const rows = Array.from({ length: samples }, (_, sample) => {
    const rate = rates[sample % kinds]!;
    const total = rate.reduce((sum, value) => sum + value, 0);
    return rate.map((value) => {
      let count = 0; // Poisson by its gaps
      for (let gap = -Math.log(1 - random.uniform()); gap < (counts * value) / total; count++)
        gap -= Math.log(1 - random.uniform());
      return Math.log1p(count);
    });
  });
  return matrixDataset(rows);
}

function settingsOf(dataset: ReturnType<typeof matrixDataset>, given: Partial<WsvOptions>) {
  const options = resolveOptions(wsvOptions, given);
  return wsvSettings(options, setUpWsv(options, dataset));
}

describe("heldOutFeatures", () => {
  it("draws a share, the same at every call, and none for a share of nothing", () => {
    const features = Array.from({ length: 50 }, (_, k) => 3 * k);
    const held = heldOutFeatures(features, 0.2);
    expect(held).toHaveLength(10);
    expect(new Set(held).size).toBe(10);
    expect(held.every((feature) => features.includes(feature))).toBe(true);
    expect(held).toEqual(heldOutFeatures(features, 0.2));
    expect(held).toEqual([...held].sort((a, b) => a - b));
    expect(heldOutFeatures(features, 0)).toEqual([]);
    expect(heldOutFeatures(features, 1e-6)).toHaveLength(1);
  });

  it("leave the table, and are the same whatever features are chosen from the rest", () => {
    const dataset = randomMatrix(9, 20, 3, 0.3);
    const all = tableOf(dataset, { holdOut: 0.25 });
    const few = tableOf(dataset, { holdOut: 0.25, topFeatures: 6 });
    expect(all.features).toHaveLength(15);
    expect(all.heldOut!.shape).toEqual([9, 5]);
    expect(few.features).toHaveLength(6);
    expect(few.heldOut).toEqual(all.heldOut);
    expect(all.features).toEqual(expect.arrayContaining([...few.features]));
    expect(tableOf(dataset, {})).not.toHaveProperty("heldOut");
  });

  it("belong to distances, not to kernels", () => {
    const given = resolveOptions(metricOptions, { method: "gaussian", holdOut: 0.2 });
    expect(() => setUpMetric(given, randomMatrix(9, 9, 1))).toThrow(
      new InputError("--hold-out: gaussian learns kernels, not distances that could be compared; leave it out"),
    );
  });
});

describe("agreementWith", () => {
  it("is 1 for the squared distances of the features themselves, and does not depend on their scale", () => {
    const random = Random.fromSeed(4);
    const [count, width] = [12, 3];
    const data = Float64Array.from({ length: count * width }, () => random.normal());
    const values = new Float64Array(pairCount(count));
    forPairs(count, (pair, i, j) => {
      for (let k = 0; k < width; k++) values[pair] += 7 * (data[i * width + k]! - data[j * width + k]!) ** 2;
    });
    const agreement = agreementWith({ shape: [count, width], data });
    const distances = { form: "distance", count, diagonal: 0 } as const;
    expect(agreement({ ...distances, values })).toBeCloseTo(1, 12);
    expect(agreement({ ...distances, values: values.slice().reverse() })).toBeLessThan(0.5);
    expect(agreement({ ...distances, values: values.map(() => 2) })).toBeCloseTo(0, 12);
  });
});

it("agreement with noisy features goes down as distances lose a direction of the points, or gain noise", () => {
  const random = Random.fromSeed(6);
  const count = 60;
  const points = Array.from({ length: count }, (_, i) => [i % 3 === 0 ? 1 : 0, i % 2 === 0 ? 1.5 : 0]);
  const loads = Array.from({ length: 40 }, () => [random.normal(), random.normal()]);
  const data = points.flatMap((x) => loads.map((y) => x[0]! * y[0]! + x[1]! * y[1]! + random.normal()));
  const agreement = agreementWith({ shape: [count, loads.length], data: Float64Array.from(data) });
  const of = (first: number, noise: number): number => {
    const values = new Float64Array(pairCount(count));
    forPairs(count, (pair, i, j) => {
      const [x, y] = [points[i]!, points[j]!];
      values[pair] = first * (x[0]! - y[0]!) ** 2 + (x[1]! - y[1]!) ** 2 + noise * random.uniform();
    });
    return agreement({ form: "distance", count, values, diagonal: 0 });
  };
  expect(of(1, 0)).toBeGreaterThan(of(0, 0));
  const noisy = [0, 1, 3, 10, 100].map((noise) => of(1, noise));
  expect(noisy).toEqual([...noisy].sort((a, b) => b - a));
  expect(noisy[0]).toBeGreaterThan(noisy[4]! + 0.3);
});

describe("the early stop by held-out features", () => {
  it("ends with the iterate of largest agreement, two iterations after it", async () => {
    const dataset = plantedCells(1);
    const given = { epsilon: 0.5, tolerance: 0, holdOut: 0.2 };
    const { state, metrics, done } = await iterate(settingsOf(dataset, given));
    const agreements = metrics.map(({ agreement }) => agreement!);
    const largest = Math.max(...agreements);
    const chosen = agreements.indexOf(largest) + 1;
    expect(done).toBe(`distances between samples agreed best with held-out features after iteration ${chosen}`);
    expect(metrics).toHaveLength(chosen + 2);
    expect(chosen).toBeGreaterThan(1);
    expect(state.best).toMatchObject({ step: chosen, agreement: largest });
    const upTo = await iterate(settingsOf(dataset, { ...given, iterations: chosen }));
    expect(state.best!.samples.values).toEqual(upTo.state.samples.values);
    expect(state.samples.values).not.toEqual(state.best!.samples.values);
  });

  it("saves its best iterate", async () => {
    const settings = settingsOf(plantedCells(2), { iterations: 3, holdOut: 0.2, tolerance: 0 });
    const { state } = await iterate(settings);
    expect(loadState(structuredClone(saveState(state, settings.sides)), settings.sides)).toEqual(state);
  });
});
