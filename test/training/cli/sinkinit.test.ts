import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { parseInitializer } from "../../../models/sinkinit/file.ts";
import { loadInitializer } from "../../../models/sinkinit/load.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { jsonLines, otlearn, otlearnHere, startOtlearn } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const TRAIN =
  "train sinkinit --preset tiny --backend wasm --grid 8 --widths 16,16 --generator-widths 8 --batch 8 --limit 4 --quiet".split(
    " ",
  );

/** Losses of a run's metrics log, a step each; later rows of a step replace earlier ones. */
async function lossesOf(run: string): Promise<Map<unknown, unknown>> {
  const text = await readFile(join(run, "metrics.jsonl"), "utf8").catch(() => "");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1); // a row may be half written
  return new Map(whole === "" ? [] : jsonLines(whole).map((row) => [row["step"], row["loss"]]));
}

describe("released initialisers", () => {
  it.each(["learned-28", "learned-any"])("%s is evaluated and exported by its name", async (name) => {
    const folder = await temporaryFolder();
    const evaluated = await otlearn(["eval", name, "--limit", "3", "--backend", "wasm", "--json"]);
    expect(evaluated).toMatchObject({ code: 0 });
    const summary = JSON.parse(evaluated.stdout);
    expect(summary).toMatchObject({ data: "drawings", pairs: 6 });
    expect(summary.learned.iterations_to_cost.mean).toBeLessThan(summary.ones.iterations_to_cost.mean);
    const out = join(folder, "start.safetensors");
    const exported = await otlearn(["export", name, "--format", "safetensors", "--out", out]);
    expect(exported).toMatchObject({ code: 0, stdout: `${out}\n${join(folder, "start.json")}\n` });
    await useBackend("cpu");
    const released = await readFile(new URL(`../../../models/sinkinit/released/${name}.safetensors`, import.meta.url));
    expect((await loadInitializer(out)).spec).toEqual(parseInitializer(released, name).spec);
    const refused = await otlearn(["export", name, "--format", "npz"]);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/npz: not for a released initialiser/) });
  });
});

describe("otlearn train sinkinit", () => {
  it("killed with -9 and resumed has the losses of the uninterrupted run, and exports", async () => {
    const folder = await temporaryFolder();
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    const run = [...TRAIN, "--samples", "320", "--checkpoint-every", "5", "--evaluate-every", "40"];
    expect(await otlearn([...run, "--out", whole])).toMatchObject({ code: 0 });

    const { child, ended } = await startOtlearn([...run, "--out", broken]);
    while ((await lossesOf(broken)).size < 12 && child.exitCode === null) await setTimeout(2);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
    expect(await otlearn(["train", "sinkinit", "--resume", broken, "--quiet"])).toMatchObject({ code: 0 });

    const losses = await lossesOf(whole);
    expect(losses.size).toBe(40);
    expect(await lossesOf(broken)).toEqual(losses);
    const summary = JSON.parse(await readFile(join(broken, "result", "summary.json"), "utf8"));
    expect(summary).toMatchObject({ data: "drawings", pairs: 12, samples: 320 });
    expect(summary.learned.iterations_to_cost.mean).toBeGreaterThan(0);

    const out = join(folder, "start.onnx");
    const exported = await otlearn(["export", broken, "--format", "onnx", "--out", out]);
    expect(exported).toMatchObject({ code: 0, stdout: `${out}\n` });
  });

  it("one network for all grids trains, is evaluated on one of them and exported for it", async () => {
    const folder = await temporaryFolder();
    const run = join(folder, "any");
    const words =
      "train sinkinit --preset any --pairs 32 --samples 256 --widths 16 --grid 10 --epsilon 0.05 --limit 4 --backend wasm";
    expect(await otlearn([...words.split(" "), "--quiet", "--out", run])).toMatchObject({ code: 0 });
    const summary = JSON.parse(await readFile(join(run, "result", "summary.json"), "utf8"));
    expect(summary).toMatchObject({ data: "drawings", pairs: 12, samples: 256 });
    expect(summary.learned.iterations_to_cost.mean).toBeLessThan(summary.ones.iterations_to_cost.mean);
    for (const format of ["onnx", "safetensors"]) {
      const out = join(folder, `any.${format}`);
      expect(await otlearn(["export", run, "--format", format, "--out", out])).toMatchObject({ code: 0 });
    }
    const { code, stderr } = await otlearn(["export", run, "--format", "tfjs", "--out", join(folder, "any.tfjs")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--format tfjs: not for a network for all grids; expected safetensors or onnx/);
  });

  it.each([
    ["--cost manhattan", /--cost: expected squared-euclidean with --network any-grid/],
    ["--modes 13", /--modes: expected at most 12 with --network any-grid/],
    ["--epsilon 1", /made for grids of two axes .* got epsilon 1, 1 times the square of the longest side/],
  ])("what one network for all grids does not know is one line: %s", async (words, message) => {
    const folder = await temporaryFolder();
    const run = ["train", "sinkinit", "--preset", "any", ...words.split(" "), "--out", join(folder, "x")];
    const { code, stderr } = await otlearn(run);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("a chart that has nothing to show costs no result", async () => {
    const folder = await temporaryFolder();
    const small = TRAIN.filter((word) => word !== "--quiet");
    const run = [...small, "--epsilon", "1e-6", "--samples", "16", "--out", "run"];
    const { code, stderr } = await otlearnHere(run, folder);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: picture curves is left out: line chart: nothing to draw/m);
    expect(stderr).toMatch(/^ {2}learned {3}\d+/m);
    expect(stderr).toMatch(/^ {2}ones {6}\d+/m);
    const written = Object.keys(await contentOf(folder));
    const expected = ["summary.json", "iterations_learned.npy"].map((name) => `run/result/${name}`);
    expect(written).toEqual(expect.arrayContaining([...expected, "run/report.html"]));
  });

  it.each([
    [
      "--preset paper --batch 100000000",
      /^otlearn: sinkinit: a step needs at least [\d.]+ [GTP]B, this machine has [\d.]+ GB; take a smaller grid/,
    ],
    ["--preset tiny --batch 1000000", /needs at least [\d.]+ GB, (this machine|the wasm backend) has [\d.]+ GB/],
    ["--preset paper --cost euclidean --grid 1024", /^otlearn: sinkinit: a step needs at least/],
  ])("%s is more than the memory, which is said before anything is made", async (flags, message) => {
    const folder = await temporaryFolder();
    const run = ["train", "sinkinit", "--backend", "wasm", ...flags.split(" "), "--quiet", "--out", "run"];
    const { code, stderr } = await otlearnHere(run, folder);
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
    expect(await contentOf(folder)).toEqual({});
  });

  it("a rate of 1000 ends with a message and leaves a checkpoint that goes on", async () => {
    const out = join(await temporaryFolder(), "run");
    const paper =
      "--network dense --prior noise --prior-size 4 --objective hilbert --optimizer sgd --schedule exponential";
    const run = [...TRAIN, ...paper.split(" "), "--rate", "1000", "--checkpoint-every", "1", "--out", out];
    const { code, stderr } = await otlearn(run);
    expect(stderr).toMatch(/^otlearn: stopped at step \d+: .*the last good checkpoint is \S+step-\d+\n$/);
    expect(code).toBe(1);
  });

  it.each([
    ["--grid 3", /^otlearn: --grid: expected a whole number at least 4 and at most 1024, got "3"/],
    ["--modes 9", /^otlearn: --modes: expected at most 8 \(the grid\), got 9/],
    [
      "--widths 3,x",
      /^otlearn: --widths: expected whole numbers from 1 to 65536 separated by commas, as 512,512, got "3,x"/,
    ],
    ["--objective best", /^otlearn: --objective: expected one of hilbert, deviation, dual, got "best"/],
    ["--preset huge", /^otlearn: --preset: expected one of auto, tiny, small, any, paper, got "huge"/],
    ["--prior noise --prior-size 9", /^otlearn: --prior-size: expected at most 8 \(the grid\), got 9/],
    ["--dataset gaussians-1d", /^otlearn: gaussians-1d: expected at least two images/],
  ])("refuses %s in one line", async (flags, message) => {
    const given = flags.split(" ");
    const base = TRAIN.filter((word, index) => word !== "--widths" && TRAIN[index - 1] !== "--widths");
    const { code, stderr } = await otlearnHere([...base, ...given, "--out", "run"], await temporaryFolder());
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(code).toBe(2);
  });
});
