import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { describe, expect, it } from "vitest";
import { significantComponents } from "../../../models/ground-metric/significant-components.ts";
import { metricOptions } from "../../../models/metric/options.ts";
import { metricSettings, setUpMetric } from "../../../models/metric/setup.ts";
import { wsvOptions, type WsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { InputError } from "../../../src/errors.ts";
import { resolveOptions } from "../../../src/options.ts";
import { Random } from "../../../src/tensor/random.ts";
import { iterate, randomMatrix } from "../../support/ground-metric.ts";

const [count, bins] = [90, 40];

/** Rows around a centre, moved along some directions by chance, with noise. */
function planted(directions: number, seed: number, strength = 0.15) {
  const random = Random.fromSeed(seed);
  const along = Array.from({ length: directions }, () =>
    Array.from({ length: bins }, () => (random.uniform() < 0.5 ? 1 : -1)),
  );
  const data = new Float64Array(count * bins);
  for (let row = 0; row < count; row++) {
    const amounts = along.map(() => strength * random.normal());
    for (let bin = 0; bin < bins; bin++) {
      const signal = along.reduce((sum, direction, at) => sum + amounts[at] * direction[bin], 0);
      data[row * bins + bin] = 3 + signal + 0.3 * random.normal();
    }
  }
  return { count, bins, data };
}

/** All eigenvalues of the covariance (times count), descending. */
function eigenvalues({ data }: { data: Float64Array }): number[] {
  const centred = Matrix.from1DArray(count, bins, data).center("column");
  const covariance = centred.transpose().mmul(centred);
  return new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues.sort((a, b) => b - a);
}

describe("significantComponents", () => {
  it.each([1, 2, 3, 4])("finds %d planted directions", (directions) => {
    for (const seed of [1, 2, 3]) expect(significantComponents(planted(directions, seed))).toBe(directions);
  });

  it("finds next to nothing in noise", () => {
    const found = Array.from({ length: 12 }, (_, seed) => significantComponents(planted(0, seed)));
    expect(Math.max(...found)).toBeLessThanOrEqual(2);
    expect(found.filter((components) => components === 0).length).toBeGreaterThanOrEqual(6);
  });

  it("counts what lies above the noise of permuted data, as all eigenvalues say", () => {
    const weak = planted(6, 4, 0.1);
    const random = Random.fromSeed(9);
    const noise = Array.from({ length: 20 }, () => {
      const columns = Array.from({ length: bins }, () => random.permutation(count));
      const data = weak.data.map((_, at) => weak.data[columns[at % bins][Math.floor(at / bins)] * bins + (at % bins)]);
      return eigenvalues({ data })[0];
    }).sort((a, b) => a - b);
    const above = (level: number) => eigenvalues(weak).filter((eigenvalue) => eigenvalue > level).length;
    const found = significantComponents(weak);
    expect(found).toBeGreaterThanOrEqual(above(noise.at(-1)!));
    expect(found).toBeLessThanOrEqual(above(noise[0]));
    expect(found).toBeGreaterThan(1);
  });

  it("takes data of low rank, and without any differences", () => {
    const few = planted(2, 1);
    expect(significantComponents({ ...few, data: few.data.map((_, at) => 1 + (at % bins)) })).toBe(0);
    expect(
      significantComponents({ count: 4, bins: 3, data: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0) }),
    ).toBeLessThan(3);
  });
});

describe("--early-stop", () => {
  const settingsOf = (given: Partial<WsvOptions>) => {
    const options = resolveOptions(wsvOptions, given);
    return wsvSettings(options, setUpWsv(options, randomMatrix(30, 20, 4)));
  };

  it("stops below as many dimensions as there are significant components", async () => {
    const options = resolveOptions(wsvOptions, { epsilon: 1, iterations: 50, tolerance: 0, earlyStop: true });
    const data = randomMatrix(30, 20, 4);
    for (let row = 0; row < 30; row++)
      for (let kind = 0; kind < 3; kind++) data.values.data[row * 20 + (row % 3) * 5 + kind] += 3;
    const setup = setUpWsv(options, data);
    const settings = wsvSettings(options, setup);
    expect(settings.leastDimension).toBe(significantComponents(setup.histograms.samples));
    expect(settings.leastDimension).toBe(2);
    const { metrics, done } = await iterate(settings);
    expect(done).toMatch(/^distances between samples spread over [12]\.\d dimensions$/);
    expect(metrics.at(-2)!["dimension"]).toBeGreaterThanOrEqual(2);
  });

  it("excludes --least-dimension, and methods without distances", () => {
    expect(settingsOf({}).leastDimension).toBeUndefined();
    expect(settingsOf({ leastDimension: 4 }).leastDimension).toBe(4);
    expect(() => settingsOf({ earlyStop: true, leastDimension: 4 })).toThrow(InputError);
    const options = resolveOptions(metricOptions, { method: "graph", earlyStop: true });
    const setup = setUpMetric(options, randomMatrix(9, 9, 1));
    expect(() => metricSettings(options, setup)).toThrow(/^earlyStop: goes by transport distances/);
  });
});
