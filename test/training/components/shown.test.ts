import { beforeAll, describe, expect, it } from "vitest";
import { valueAt } from "../../../eval/compare/results.ts";
import type { Metrics } from "../../../models/task.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { loadDataset } from "../../../src/data/registry.ts";
import { resolveOptions } from "../../../src/options.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { Random } from "../../../src/tensor/random.ts";
import { components } from "../../../training/components/index.ts";
import { ellPair } from "../../support/embed-run.ts";
import { matrixDataset } from "../../support/ground-metric.ts";

/** Three kinds of samples, each with two kinds of features of its own; both are known. */
function table(): Dataset {
  const random = Random.fromSeed(2);
  const kinds = [0, 1, 2].flatMap((kind) => [kind, kind, kind]);
  const rows = kinds.map((kind) => kinds.map((own) => (own === kind ? 3 : 0.2) + random.uniform()));
  const labels = kinds.map(String);
  return { ...matrixDataset(rows, labels), featureLabels: labels };
}

const WSV = { iterations: 3, tau: 0.1 };
const EMBED = { resolution: 4, outer: 3, starts: 2, neighbors: 3, paired: true };

/** Runs that have, together, all that a component logs. */
const RUNS: Readonly<Record<string, () => Promise<readonly (readonly [options: object, dataset: Dataset])[]>>> = {
  wdl: async () => [[{ atoms: 2, iterations: 2 }, await loadDataset("gaussians-1d")]],
  sinkinit: async () => [
    [
      { preset: "tiny", grid: 8, widths: "8", generatorWidths: "8", batch: 4, samples: 8 },
      await loadDataset("drawings", { limit: 4 }),
    ],
  ],
  wsv: async () => [[WSV, table()]],
  metric: async () => [
    [WSV, table()],
    [{ ...WSV, algorithm: "unnormalized", adaptive: true }, table()],
  ],
  embed: async () => [
    [EMBED, ellPair(8)],
    [{ ...EMBED, search: true, validation: 0.5 }, ellPair(8)],
  ],
};

interface Trained {
  readonly metrics: readonly string[];
  readonly summary: Readonly<Record<string, unknown>>;
}

/** Trains without a loop and evaluates, in memory. */
async function trained(name: string, given: object, dataset: Dataset): Promise<Trained> {
  const component = components[name];
  const resolved = resolveOptions(component.options, given as Record<string, unknown>);
  const options = component.complete?.(resolved, "host", undefined) ?? resolved;
  const { task } = await component.prepare(options, dataset);
  const random = Random.fromSeed(1);
  const history: Metrics[] = [];
  let state: unknown = await task.init(random);
  for (let step = 1; step <= task.steps; step++) {
    const context = { step, random, signal: new AbortController().signal, progress: () => undefined };
    let outcome = await task.step(state, context);
    while (outcome.unfinished) outcome = await task.step(outcome.state, context);
    state = outcome.state;
    const extra = step === task.steps ? await task.evaluate?.(state) : {};
    history.push({ step, seconds: step, ...outcome.metrics, ...extra });
  }
  const run = { name: "run", config: { options }, state: await task.save(state), history };
  const { summary } = await component.evaluator.evaluate(run, { dataset, isTrainingData: true });
  return { metrics: history.flatMap((row) => Object.keys(row)), summary: JSON.parse(JSON.stringify(summary)) };
}

describe("what components show", () => {
  beforeAll(() => useBackend("cpu"));

  it("knows runs of every component", () => {
    expect(Object.keys(RUNS)).toEqual(Object.keys(components));
  });

  it.each(Object.keys(components))("%s: names metrics that it logs and figures that it has", async (name) => {
    const { curves, results } = components[name].evaluator;
    const runs: Trained[] = [];
    for (const [options, dataset] of await RUNS[name]()) runs.push(await trained(name, options, dataset));
    const logged = new Set(runs.flatMap(({ metrics }) => metrics));
    const unknown = curves.panels.flatMap(({ metrics }) => metrics).filter((metric) => !logged.has(metric));
    expect(unknown).toEqual([]);
    const missing = results.filter(({ path }) => runs.every(({ summary }) => valueAt(summary, path) === undefined));
    expect(missing.map(({ path }) => path)).toEqual([]);
    const options = results.flatMap(({ dependsOn = [] }) => dependsOn);
    expect(options.filter((option) => !Object.hasOwn(components[name].options, option))).toEqual([]);
  });
});
