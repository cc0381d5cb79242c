import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "../../../src/data/npy.ts";
import { Random } from "../../../src/tensor/random.ts";
import { jsonLines, otlearn, otlearnHere, startOtlearn } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** A folder with three kinds of cells, each with genes of its own. */
async function writeCells(folder: string, cells = 24, genes = 18): Promise<void> {
  const random = Random.fromSeed(3);
  const counts = Uint16Array.from({ length: cells * genes }, (_, at) => {
    const own = Math.floor(at / genes) % 3 === (at % genes) % 3;
    return random.uniform() < (own ? 0.9 : 0.3) ? 1 + random.integer(own ? 20 : 3) : 0;
  });
  await writeNpy(join(folder, "counts.npy"), { shape: [cells, genes], data: counts });
}

async function summaryOf(run: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(run, "result", "summary.json"), "utf8")) as Record<string, unknown>;
}

describe("train wsv", () => {
  it.each(["exact", "sinkhorn", "limit"])(
    "--solver %s writes distances, neighbours, pictures and a summary",
    async (solver) => {
      const folder = await temporaryFolder();
      const args = `train wsv --backend cpu --dataset torus --size 20x16 --tau 0.1 --solver ${solver} --out run --quiet`;
      expect(await otlearnHere(args.split(" "), folder)).toEqual({ code: 0, stdout: "", stderr: "" });
      const run = join(folder, "run");
      const samples = await readNpy(join(run, "result", "sample_distances.npy"));
      expect(samples.shape).toEqual([20, 20]);
      expect(Math.max(...samples.data)).toBe(1);
      expect((await readNpy(join(run, "result", "feature_distances.npy"))).shape).toEqual([16, 16]);
      expect(Object.keys(await contentOf(run))).toEqual(
        expect.arrayContaining([
          "report.html",
          "result/sample_neighbors.tsv",
          "result/feature_neighbors.tsv",
          "result/umap_samples.png",
          "result/distances_samples.png",
        ]),
      );
      const summary = await summaryOf(run);
      expect(summary).toMatchObject({
        samples: 20,
        features: 16,
        clamped: 0,
        unique: solver === "exact" ? true : null,
      });
      expect(summary["secondsPerIteration"]).toHaveLength(summary["iterations"] as number);
      for (const name of ["lambda", "mu", "residual", "hilbert"]) expect(summary[name]).toEqual(expect.any(Number));
    },
  );

  it("--early-stop says when it would stop, and goes on to the fixed point where distances do not collapse", async () => {
    const folder = await temporaryFolder();
    const args = "train wsv --backend cpu --dataset torus --size 20x16 --tau 0.1 --solver exact --early-stop --out run";
    const { code, stderr, stdout } = await otlearnHere(args.split(" "), folder);
    expect(code).toBe(0);
    const [, dimensions] = /, 20 x 16, until distances spread over fewer than ([2-9]) dimensions/.exec(
      stdout + stderr,
    )!;
    const summary = JSON.parse(await readFile(join(folder, "run/result/summary.json"), "utf8")) as object;
    expect(summary).toMatchObject({ significantComponents: Number(dimensions) });
    expect(stdout + stderr).toMatch(/converged: the Hilbert metric/);
  });

  it("shows silhouettes where classes are known, and compares them with those of other distances", async () => {
    const folder = await temporaryFolder();
    await writeCells(folder);
    const rows = Array.from({ length: 24 }, (_, cell) => `c${cell}\t${["B", "NK", "Mono"][cell % 3]}`);
    await writeFile(join(folder, "cells.tsv"), `barcode\tcell_type\n${rows.join("\n")}\n`);
    await writeFile(join(folder, "genes.txt"), Array.from({ length: 18 }, (_, gene) => `G${gene}\n`).join(""));
    const args = [
      "train",
      "wsv",
      "--backend",
      "cpu",
      "--data",
      ".",
      "--iterations",
      "4",
      "--evaluate-every",
      "1",
      "--out",
      "run",
    ];
    expect(await otlearnHere([...args, "--quiet"], folder)).toMatchObject({ code: 0, stderr: "" });
    const metrics = jsonLines(await readFile(join(folder, "run", "metrics.jsonl"), "utf8"));
    expect(metrics).toHaveLength(4);
    for (const row of metrics) expect(row["silhouette"]).toEqual(expect.any(Number));
    const { scores } = (await summaryOf(join(folder, "run"))) as {
      scores: { samples: { method: string; silhouette: number }[] };
    };
    expect(scores.samples.map(({ method }) => method)).toEqual(["wsv", "euclidean", "pca", "kernelPca"]);
    expect(scores.samples[0].silhouette).toBeCloseTo(metrics.at(-1)!["silhouette"] as number, 12);
    expect(scores.samples[0].silhouette).toBeGreaterThan(scores.samples[1].silhouette);
  });

  it("killed inside its first iteration, goes on from there and ends as the uninterrupted run, bit for bit", async () => {
    const folder = await temporaryFolder();
    await writeCells(folder, 80, 50); // many slices of a quarter of a second, each saved: the blow falls between two
    const args =
      "train wsv --backend cpu --data counts.npy --epsilon 0.05 --iterations 1 --checkpoint-seconds 0.01 --quiet";
    const options = { cwd: folder, native: false };
    expect(await otlearn([...args.split(" "), "--out", "whole"], options)).toMatchObject({ code: 0, stderr: "" });

    const { child, ended } = await startOtlearn([...args.split(" "), "--out", "broken"], options);
    const saved = async () => {
      const path = join(folder, "broken", "checkpoints", "step-000000", "manifest.json");
      const text = await readFile(path, "utf8").catch(() => undefined);
      return text === undefined ? 0 : (JSON.parse(text) as { state: { half: { done: number } } }).state.half.done;
    };
    while ((await saved()) === 0 && child.exitCode === null) await setTimeout(2);
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    expect(await readFile(join(folder, "broken", "metrics.jsonl"), "utf8")).toBe("");

    expect(await otlearn(["train", "wsv", "--resume", "broken", "--quiet"], options)).toMatchObject({
      code: 0,
      stderr: "",
    });
    const arrays = async (run: string) =>
      Object.entries(await contentOf(join(folder, run))).filter(([name]) =>
        /\.npy$|step-000001.*safetensors$/.test(name),
      );
    expect(await arrays("broken")).toEqual(await arrays("whole"));
    expect(await arrays("whole")).toHaveLength(3);
  });
});

describe("train metric", () => {
  it.each([
    "--method gaussian",
    "--method multiquadric --algorithm unnormalized --alpha 0.1 --beta 0.1",
    "--method graph",
    "--method graph --raw",
    "--method wasserstein --algorithm rfi --stochastic 0.2",
    "--method sinkhorn --algorithm unnormalized --adaptive",
    "--method sinkhorn --stochastic 0.5",
    "--method laplacian --principal-components 4",
  ])("%s learns distances", async (given) => {
    const folder = await temporaryFolder();
    const args = `train metric --backend cpu --dataset torus --size 14x12 --iterations 3 --quiet --out run ${given}`;
    expect(await otlearnHere(args.split(" "), folder)).toEqual({ code: 0, stdout: "", stderr: "" });
    const { data, shape } = await readNpy(join(folder, "run", "result", "sample_distances.npy"));
    expect(shape).toEqual([14, 14]);
    for (let i = 0; i < 14; i++) for (let j = 0; j < i; j++) expect(data[14 * i + j]).toBeGreaterThan(0);
  });
});

describe("bad input", () => {
  it.each([
    ["train wsv --dataset torus --size 100", /^otlearn: size: expected samples x features .* got "100"$/m],
    ["train wsv --dataset torus --memory much", /^otlearn: --memory: expected a size as in 8GB or 500MB, got "much"$/m],
    ["train wsv --dataset torus --stochastic 0", /^otlearn: --stochastic: expected a number above 0 and at most 1/m],
    [
      "train wsv --dataset torus --principal-components 90",
      /^otlearn: .*rincipal-?[cC]omponents: expected at most 80 of data/m,
    ],
    [
      "train metric --dataset torus --raw",
      /^otlearn: (--)?raw: transport needs histograms, so not with method sinkhorn/m,
    ],
    ["train metric --dataset torus --adaptive", /^otlearn: (--)?adaptive: only with algorithm unnormalized/m],
    ["train metric --dataset torus --algorithm unnormalized --stochastic 0.1", /use algorithm rfi$/m],
  ])("%s: one line, status 2", async (args, message) => {
    const { code, stderr } = await otlearnHere([...args.split(" "), "--backend", "cpu"], await temporaryFolder());
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("rows whose sum is beyond float64 are refused before training, and write no zero distances", async () => {
    const folder = await temporaryFolder();
    await writeNpy(join(folder, "huge.npy"), { shape: [4, 3], data: new Float64Array(12).fill(1e308) });
    const args = "train metric --method gaussian --backend cpu --data huge.npy --out run";
    const { code, stderr } = await otlearnHere(args.split(" "), folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^otlearn: huge.npy: expected a largest value from 1e-50 to 1e\+50, got 1e\+308; multiply/m);
    expect(Object.keys(await contentOf(folder)).filter((name) => name.includes("distances"))).toEqual([]);
  });

  it("distances are not evaluated on other data", async () => {
    const folder = await temporaryFolder();
    const train =
      "train wsv --backend cpu --dataset torus --size 14x12 --solver limit --iterations 2 --quiet --out run";
    expect(await otlearnHere(train.split(" "), folder)).toMatchObject({ code: 0 });
    const { code, stderr } = await otlearnHere("eval run --dataset torus-twins".split(" "), folder);
    expect(code).toBe(2);
    expect(stderr).toMatch(/learned distances belong to the data of the run; train on these instead/);
  });
});
