import { describe, expect, it } from "vitest";
import { groundMetricTask } from "../../../models/ground-metric/task.ts";
import { metricOptions, type MetricOptions } from "../../../models/metric/options.ts";
import { metricSettings, setUpMetric } from "../../../models/metric/setup.ts";
import { wsvOptions, type WsvOptions } from "../../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../../models/wsv/setup.ts";
import { InputError } from "../../../src/errors.ts";
import { resolveOptions } from "../../../src/options.ts";
import { hilbertMetric } from "../../../src/transport/sinkhorn/metrics.ts";
import { loadDataset } from "../../../src/data/registry.ts";
import { Random } from "../../../src/tensor/random.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { finish, iterate, randomMatrix } from "../../support/ground-metric.ts";

function wsv(dataset: Dataset, given: Partial<WsvOptions>) {
  const options = resolveOptions(wsvOptions, given);
  return wsvSettings(options, setUpWsv(options, dataset));
}

function metric(dataset: Dataset, given: Partial<MetricOptions>) {
  const options = resolveOptions(metricOptions, given);
  return metricSettings(options, setUpMetric(options, dataset));
}

/** Hilbert's metric of two positive matrices by their pairs. */
function hilbert(x: Float64Array, y: Float64Array): number {
  return hilbertMetric(x.map(Math.log), y.map(Math.log));
}

describe("power iterations", () => {
  it("stop on the Hilbert metric between successive iterates", async () => {
    const { metrics, done } = await iterate(wsv(randomMatrix(9, 7, 1), { solver: "exact", tau: 0.1, iterations: 200 }));
    expect(done).toMatch(/^converged: the Hilbert metric between iterates is \d\.\de-(0[7-9]|\d\d|[7-9])/);
    expect(metrics.at(-1)!["hilbert"]).toBeLessThanOrEqual(1e-6);
    expect(metrics.at(-2)!["hilbert"]).toBeGreaterThan(1e-6);
  });

  it("meet on the torus, stochastic and full", async () => {
    const torus = await loadDataset("torus", { size: "20x16" });
    const settings = { solver: "exact", tau: 0.1, tolerance: 1e-10 } as const;
    const full = await iterate(wsv(torus, { ...settings, iterations: 200 }));
    const sampled = await iterate(wsv(torus, { ...settings, iterations: 600, stochastic: 0.2, tolerance: 0 }));
    expect(hilbert(sampled.state.samples.values, full.state.samples.values)).toBeLessThan(0.02);
    expect(hilbert(sampled.state.features.values, full.state.features.values)).toBeLessThan(0.02);
    expect(sampled.metrics.at(-1)!["lambda"]).toBeCloseTo(full.metrics.at(-1)!["lambda"], 2);
    expect(sampled.metrics.at(-1)!["mu"]).toBeCloseTo(full.metrics.at(-1)!["mu"], 2);
    const early = await iterate(wsv(torus, { ...settings, iterations: 20, stochastic: 0.2, tolerance: 0 }));
    expect(hilbert(early.state.samples.values, full.state.samples.values)).toBeGreaterThan(0.1);
  });
});

describe("random function iterations", () => {
  it("reach the fixed point of Algorithm 2", async () => {
    const data = randomMatrix(10, 8, 2);
    const given = { method: "wasserstein", tau: 0.01, tolerance: 1e-12 } as const;
    const full = await iterate(metric(data, { ...given, algorithm: "unnormalized", iterations: 200 }));
    const sampled = await iterate(
      metric(data, { ...given, algorithm: "rfi", stochastic: 0.3, iterations: 300, tolerance: 0 }),
    );
    sampled.state.samples.values.forEach((value, pair) => {
      expect(value).toBeCloseTo(full.state.samples.values[pair], 10);
    });
  });

  it("change nothing but the sampled entries in an iteration", async () => {
    const task = groundMetricTask(
      metric(randomMatrix(10, 8, 2), { method: "graph", algorithm: "rfi", stochastic: 0.3 }),
    );
    const random = Random.fromSeed(5);
    let state = await task.init(random);
    for (let half = 0; half < 6;) {
      const { side, list } = state.half;
      const before = state[side].values;
      const context = { step: 1, random, signal: new AbortController().signal, progress: () => undefined };
      const { state: next } = await task.step(state, context);
      if (next.half.side === side) {
        state = next;
        continue;
      }
      const changed = Array.from(before.keys()).filter((pair) => before[pair] !== next[side].values[pair]);
      expect(list!.length).toBe(Math.round(0.3 * before.length));
      expect(changed).toEqual([...list!]);
      state = next;
      half++;
    }
  });
});

describe("adaptive factors", () => {
  it("hold the largest distances where fixed factors make them vanish", async () => {
    const data = randomMatrix(10, 8, 3);
    const given = {
      method: "wasserstein",
      algorithm: "unnormalized",
      tau: 0.001,
      iterations: 20,
      tolerance: 0,
    } as const;
    const fixed = await iterate(metric(data, given));
    const followed = await iterate(metric(data, { ...given, adaptive: true }));
    expect(fixed.metrics.at(-1)!["largestSamples"]).toBeLessThan(0.01);
    expect(followed.metrics.at(-1)!["largestSamples"]).toBeGreaterThan(0.05);
  });

  it("belong to Algorithm 2", () => {
    expect(() => metric(randomMatrix(5, 5, 1), { adaptive: true })).toThrow(InputError);
  });
});

it("the early stop goes by the regulariser's share of the distances, not by labels", async () => {
  const given = {
    method: "wasserstein",
    algorithm: "unnormalized",
    tau: 0.01,
    iterations: 50,
    mostRegularizer: 0.2,
  } as const;
  const { metrics, done } = await iterate(metric(randomMatrix(12, 9, 4), given));
  expect(done).toMatch(/^the regulariser makes up \d+% of the distances between samples$/);
  expect(metrics.at(-1)!["regularizer"]).toBeGreaterThanOrEqual(0.2);
  expect(metrics.at(-2)!["regularizer"]).toBeLessThan(0.2);
});

it("or by the dimensions that distances spread over: few where entropy dominates", async () => {
  const data = randomMatrix(20, 15, 4);
  const given = { solver: "sinkhorn", epsilon: 1, iterations: 50, tolerance: 0 } as const;
  const { metrics, done } = await iterate(wsv(data, { ...given, leastDimension: 3 }));
  expect(done).toMatch(/^distances between samples spread over [12]\.\d dimensions$/);
  expect(metrics.at(-1)!["dimension"]).toBeLessThan(3);
  expect(metrics.at(-2)!["dimension"]).toBeGreaterThanOrEqual(3);
});

describe("a state saved in the middle of an iteration", () => {
  const cases = [
    ["exact", {}],
    ["sinkhorn", {}],
    ["limit", {}],
    ["sinkhorn", { stochastic: 0.5 }],
    ["exact", { stochastic: 0.5 }],
  ] as const;

  it.each(cases)("%s %o: goes on bit for bit", async (solver, given) => {
    const data = randomMatrix(24, 20, 6, 0.3);
    const settings = () => ({ ...wsv(data, { solver, iterations: 6, tolerance: 0, ...given }), sliceSeconds: 1e-9 });
    const whole = await iterate(settings(), 9);

    const first = groundMetricTask(settings());
    const random = Random.fromSeed(9);
    let state = await first.init(random);
    let step = 1;
    const context = () => ({ step, random, signal: new AbortController().signal, progress: () => undefined });
    while (!(step === 3 && state.half.side === "samples" && state.half.done > 20)) {
      expect(step).toBeLessThan(4);
      const outcome = await first.step(state, context());
      state = outcome.state;
      if (!outcome.unfinished) step++;
    }
    expect(state.half.done).toBeLessThan(state.half.values.length);
    const tree = structuredClone(await first.save(state));
    const second = groundMetricTask(settings());
    const resumed = await finish(second, await second.load(tree), Random.fromState(random.state()), step);
    expect(resumed.state.samples.values).toEqual(whole.state.samples.values);
    expect(resumed.state.features.values).toEqual(whole.state.features.values);
    expect(resumed.metrics).toEqual(whole.metrics.slice(step - 1));
  });

  it("exact transport with many ties goes on bit for bit, which takes the same bases", async () => {
    const torus = await loadDataset("torus-twins", { size: "24x20" });
    const settings = () => ({ ...wsv(torus, { solver: "exact", iterations: 6, tolerance: 0 }), sliceSeconds: 1e-9 });
    const whole = await iterate(settings(), 9);
    const first = groundMetricTask(settings());
    const random = Random.fromSeed(9);
    let state = await first.init(random);
    let step = 1;
    while (!(step === 3 && state.half.side === "samples" && state.half.done > 20)) {
      expect(step).toBeLessThan(4);
      const context = { step, random, signal: new AbortController().signal, progress: () => undefined };
      const outcome = await first.step(state, context);
      state = outcome.state;
      if (!outcome.unfinished) step++;
    }
    const second = groundMetricTask(settings());
    const start = await second.load(structuredClone(await first.save(state)));
    const resumed = await finish(second, start, Random.fromState(random.state()), step);
    expect(resumed.state.samples.values).toEqual(whole.state.samples.values);
    expect(resumed.state.features.values).toEqual(whole.state.features.values);
  });

  it("names what does not fit", async () => {
    const task = groundMetricTask(wsv(randomMatrix(8, 7, 1), { solver: "limit" }));
    const other = groundMetricTask(wsv(randomMatrix(9, 7, 1), { solver: "limit" }));
    const tree = await task.save(await task.init(Random.fromSeed(1)));
    expect(() => other.load(tree)).toThrow(new InputError("samples.values: saved [28], expected [36]"));
  });
});
