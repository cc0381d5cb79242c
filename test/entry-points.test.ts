import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { components } from "../training/index.ts";

const { exports: declared } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8")) as {
  exports: Record<string, string>;
};

type Module = Readonly<Record<string, unknown>>;

/** The module behind an entry point, by its source. */
const entry = (name: string): Promise<Module> =>
  import(new URL(declared[name].replace(/^\.\/dist\//, "../").replace(/\.js$/, ".ts"), import.meta.url).href);

/** What each entry point has of a component beside its option table: set-up and task, and its evaluator. */
const PIECES: Readonly<Record<string, { readonly models: readonly string[]; readonly evaluator: string }>> = {
  wdl: { models: ["wdlOptions", "setUpWdl", "wdlTask"], evaluator: "wdlEvaluator" },
  sinkinit: {
    models: ["sinkinitOptions", "completeSinkinit", "setUpSinkinit", "sinkinitTask", "loadInitializer"],
    evaluator: "sinkinitEvaluator",
  },
  wsv: { models: ["wsvOptions", "setUpWsv", "wsvSettings", "groundMetricTask"], evaluator: "wsvEvaluator" },
  metric: {
    models: ["metricOptions", "setUpMetric", "metricSettings", "groundMetricTask"],
    evaluator: "metricEvaluator",
  },
  embed: {
    models: ["embedOptions", "completeEmbed", "setUpEmbed", "scheduleOf", "embedTask", "jointEmbedding"],
    evaluator: "embedEvaluator",
  },
};

describe.each(Object.values(components))("component $name", ({ name, options }) => {
  it("is reached through otlearn/models", async () => {
    const models = await entry("./models");
    expect(PIECES[name].models.filter((piece) => models[piece] === undefined)).toEqual([]);
    expect(Object.values(models)).toContain(options);
  });

  it("is evaluated through otlearn/eval", async () => {
    const found = (await entry("./eval"))[PIECES[name].evaluator];
    const evaluator = typeof found === "function" ? (found as (optimizer: unknown) => unknown)({}) : found;
    expect(evaluator).toMatchObject({ task: name });
  });

  it("is run through otlearn/training", async () => {
    const { components: registered, train } = await entry("./training");
    expect(registered).toHaveProperty(name);
    expect(train).toBeTypeOf("function");
  });
});

it.each(Object.keys(declared).filter((name) => declared[name].endsWith(".js")))("%s can be imported", async (name) => {
  expect(Object.keys(await entry(name)).length).toBeGreaterThan(0);
});
