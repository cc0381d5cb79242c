import { describe, expect, it } from "vitest";
import { twoWayHistograms } from "../../../models/ground-metric/histograms.ts";
import { maps } from "../../../models/ground-metric/maps/index.ts";
import { groundMetricTask } from "../../../models/ground-metric/task.ts";
import { tableOf } from "../../../models/ground-metric/table.ts";
import { metricOptions, type MetricOptions } from "../../../models/metric/options.ts";
import { metricSettings, setUpMetric } from "../../../models/metric/setup.ts";
import { wsvOptions, type WsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { InputError, OptionError, RunError } from "../../../src/errors.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { resolveOptions } from "../../../src/options.ts";
import { Random } from "../../../src/tensor/random.ts";
import { iterate, matrixDataset, randomMatrix } from "../../support/ground-metric.ts";

const data = randomMatrix(6, 5, 1);

function times(factor: number) {
  const { values } = data;
  return { ...data, values: { ...values, data: values.data.map((value) => value * factor) } };
}

function metric(given: Partial<MetricOptions>, dataset = data) {
  const options = resolveOptions(metricOptions, given);
  return metricSettings(options, setUpMetric(options, dataset));
}

function wsv(given: Partial<WsvOptions>, dataset = data) {
  const options = resolveOptions(wsvOptions, given);
  return wsvSettings(options, setUpWsv(options, dataset));
}

describe("data whose sums or squares float64 does not hold", () => {
  it.each([1e307, 1e155, 1e-155, 1e-307])("times %d: refused before work, for every map", (factor) => {
    for (const method of ["wasserstein", "sinkhorn", "gaussian", "graph"] as const) {
      expect(() => metric({ method }, times(factor))).toThrow(InputError);
      expect(() => metric({ method }, times(factor))).toThrow(
        /^test: expected a largest value from 1e-50 to 1e\+50, got /,
      );
    }
    expect(() => wsv({ solver: "limit" }, times(factor))).toThrow(InputError);
  });

  it.each([1e49, 1e-49])("times %d: the distances that the data themselves have", async (factor) => {
    for (const given of [{ method: "gaussian" }, { method: "graph", raw: true }, { method: "sinkhorn" }] as const) {
      const [plain, scaled] = [
        await iterate(metric({ ...given, iterations: 4 })),
        await iterate(metric({ ...given, iterations: 4 }, times(factor))),
      ];
      scaled.state.samples.values.forEach((value, pair) => {
        expect(value).toBeCloseTo(plain.state.samples.values[pair], 9);
      });
    }
  });

  it("a row whose sum overflows is named", () => {
    const values = { shape: [2, 2], data: new Float64Array(4).fill(1e308) };
    const names = { samples: ["a", "b"], features: ["x", "y"] };
    expect(() => twoWayHistograms(values, 0, names)).toThrow(
      new InputError("sample a: its sum is beyond float64; divide the data by a factor"),
    );
  });

  it("exponentials of principal components that overflow", () => {
    expect(() => tableOf(times(1e6), { principalComponents: 3 })).toThrow(
      /^test, exponentials of its principal components: .* got /,
    );
  });
});

describe("distances that leave float64 on the way end the run", () => {
  it.each<[string, Partial<MetricOptions>]>([
    ["grow", { alpha: 1e40, beta: 1e40, algorithm: "unnormalized", method: "wasserstein" }],
    ["die out", { alpha: 1e-40, beta: 1e-40, algorithm: "unnormalized", method: "graph" }],
    ["grow by random function iterations", { alpha: 1e40, beta: 1e40, algorithm: "rfi", method: "wasserstein" }],
    [
      "die out however fast alpha follows",
      { alpha: 1e-120, algorithm: "unnormalized", adaptive: true, method: "graph" },
    ],
  ])("%s", async (_, given) => {
    const run = iterate(metric({ iterations: 20, tolerance: 0, ...given }));
    await expect(run).rejects.toThrow(RunError);
    await expect(run).rejects.toThrow(
      /^distances left the range of float64: the largest is \S+, expected 1e-100 to 1e\+100; use/,
    );
  });
});

it.each(["gaussian", "laplacian", "multiquadric"] as const)("%s kernels hold for a sigma of any size", async (name) => {
  const { samples } = twoWayHistograms(data.values, 0, { samples: data.names, features: data.features });
  const cost = Float64Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0));
  for (const sigma of [1e-200, 1e200]) {
    const values = new Float64Array(15);
    const map = maps[name](samples, { epsilon: 1, sigma, tau: 0, memory: 0 });
    await map.evaluate(cost, { from: 0, to: 15 }, values);
    const near = name === "multiquadric" ? sigma < 1 : sigma > 1;
    for (const value of values) {
      if (near) expect(value).toBe(1);
      else expect(value).toBeLessThan(1e-190);
      if (name === "multiquadric") expect(value).toBeGreaterThan(0);
    }
  }
});

describe("checks before training name options, not flags", () => {
  it.each<[Partial<MetricOptions>, string, RegExp]>([
    [{ raw: true }, "raw", /^transport needs histograms, so not with method sinkhorn; leave it out$/],
    [{ adaptive: true }, "adaptive", /^only with algorithm unnormalized, got normalized; /],
    [
      { algorithm: "unnormalized", stochastic: 0.5 },
      "stochastic",
      /^expected 1 with algorithm unnormalized, got 0.5; use algorithm rfi$/,
    ],
    [{ earlyStop: true, leastDimension: 3 }, "earlyStop", /^sets leastDimension; leave one of them out$/],
    [{ earlyStop: true, method: "gaussian" }, "earlyStop", /^goes by transport distances/],
    [{ principalComponents: 6 }, "principalComponents", /^expected at most 5 of data \[6, 5\], got 6$/],
  ])("%o", (given, option, detail) => {
    const found = (() => {
      try {
        return metric(given);
      } catch (error) {
        return error;
      }
    })();
    expect(found).toBeInstanceOf(OptionError);
    expect(found).toMatchObject({ option, detail: expect.stringMatching(detail) as string });
  });

  it.each<[string, number[][], RegExp]>([
    [
      "negative values",
      [
        [1, 2, 3],
        [1, -2, 3],
        [1, 1, 1],
      ],
      /sample 1, at \[1\]: expected a nonnegative number, got -2/,
    ],
    [
      "an empty sample",
      [
        [1, 2, 3],
        [0, 0, 0],
        [1, 1, 1],
      ],
      /sample 1 is all zero/,
    ],
    [
      "two samples",
      [
        [1, 2, 3],
        [1, 2, 4],
      ],
      /expected at least 3 samples and 3 features, got 2 and 3/,
    ],
  ])("%s", (_, rows, message) => {
    expect(() => wsv({}, matrixDataset(rows))).toThrow(InputError);
    expect(() => wsv({}, matrixDataset(rows))).toThrow(message);
  });

  it("more samples than a matrix of distances has room for", () => {
    const rows = 2 ** 15 + 1;
    const values = { shape: [rows, 3], data: new Float64Array(3 * rows).fill(1) };
    const names = Array.from({ length: rows }, String);
    const large = { kind: "matrix", name: "large", values, names, features: ["x", "y", "z"] } as const;
    expect(() => wsv({}, large)).toThrow(/^large: expected at most 32768 samples and features, got 32769 and 3; /);
  });
});

it.each(["exact", "sinkhorn"] as const)("wsv, %s, computes natively whatever the backend is, and says so", (solver) => {
  const { addon, detail } = nativeStatus();
  expect(wsv({ solver }).sides.samples.map.engine).toContain(addon ? `(native, ${detail})` : "(TypeScript, float64)");
});

it("a state of a version that numbered pairs otherwise is refused in one line", async () => {
  const task = groundMetricTask(wsv({ solver: "limit" }));
  const { format, ...old } = await task.save(await task.init(Random.fromSeed(1)));
  expect(format).toBe(2);
  expect(() => task.load(old)).toThrow(
    new InputError(
      "format: saved 1, expected 2: the run is of another version of otlearn; train it again, or use that version",
    ),
  );
});
