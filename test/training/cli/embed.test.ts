import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readNpy, writeNpy } from "../../../src/data/npy.ts";
import { readNpz } from "../../../src/data/npz.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { jsonLines, otlearn, otlearnHere, startOtlearn } from "../../support/cli.ts";
import { writeElls } from "../../support/ells.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const EMBED = "train embed --backend cpu --x x.csv --y y.csv --neighbors 3";
const KNOWN = "--paired --labels-x labels.txt --labels-y labels.txt";
const QUICK = "--resolution 6 --outer 4 --starts 2 --quiet";
const DONE = { code: 0, stdout: "", stderr: "" };
const RESULT = ["coupling_x", "coupling_y", "coupling_z", "projection_x", "projection_y", "target_distances"];

/** A finished run in `run` beside its data, for commands that only read. */
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "otlearn-test-"));
  await writeElls(home);
  expect(await otlearnHere(wordsOf(EMBED, KNOWN, QUICK, "--lambda 20 --evaluate-every 2 --out run"), home)).toEqual(
    DONE,
  );
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function folderWithElls(count?: number): Promise<string> {
  const folder = await temporaryFolder();
  await writeElls(folder, count);
  return folder;
}

function wordsOf(...parts: readonly string[]): string[] {
  return parts.join(" ").split(" ");
}

interface Summary extends Readonly<Record<string, unknown>> {
  readonly warnings: readonly string[];
  readonly foscttm: { readonly mean: number };
}
async function summaryOf(run: string): Promise<Summary> {
  return JSON.parse(await readFile(join(run, "result", "summary.json"), "utf8")) as Summary;
}

describe("train embed", () => {
  it("writes couplings, projections and distances, a table of matches, pictures and a report that shows them", async () => {
    const shapes = await Promise.all(
      RESULT.map(async (name) => [name, (await readNpy(join(home, "run/result", `${name}.npy`))).shape]),
    );
    expect(Object.fromEntries(shapes)).toEqual({
      coupling_x: [20, 36],
      coupling_y: [20, 36],
      coupling_z: [36, 36],
      projection_x: [20, 2],
      projection_y: [20, 2],
      target_distances: [36, 36],
    });
    const files = (await readdir(join(home, "run/result"))).filter((name) => !name.endsWith(".npy"));
    const pictures = ["marginals", "marginals_together", "progress", "projections"];
    expect(files.sort()).toEqual([...pictures.map((name) => `${name}.png`), "matches.tsv", "summary.json"].sort());
    const report = await readFile(join(home, "run/report.html"), "utf8");
    for (const text of ["Joint metric space embedding", "Samples", "Images together", "Steps", "Starts", "FOSCTTM"]) {
      expect(report).toContain(text);
    }
    expect(report.match(/<figure/g)).toHaveLength(pictures.length);
  });

  it("sums up what is known of the pairs and the starts", async () => {
    const summary = await summaryOf(join(home, "run"));
    expect(summary).toMatchObject({
      warnings: [],
      steps: 4,
      seconds: expect.any(Number),
      samples: { x: 20, y: 20 },
      target: { name: "plane", points: 36 },
      foscttm: {
        xToY: expect.any(Number),
        yToX: expect.any(Number),
        mean: expect.any(Number),
      },
      labelTransfer: { xToY: expect.any(Number), yToX: expect.any(Number) },
      notes: expect.any(Array),
    });
    const { value, wasserstein, gromovX, gromovY } = summary["objective"] as Record<string, number>;
    expect(value).toBeCloseTo(wasserstein + 20 * (gromovX + gromovY), 12);
    const starts = summary["starts"] as {
      objective: number;
      chosen: boolean;
    }[];
    expect(starts).toHaveLength(2);
    expect(starts.find(({ chosen }) => chosen)!.objective).toBe(Math.min(...starts.map(({ objective }) => objective)));
    const rows = jsonLines(await readFile(join(home, "run/metrics.jsonl"), "utf8"));
    expect(rows.map(({ foscttm }) => foscttm !== undefined)).toEqual([false, true, false, true]);
    expect(rows.at(-1)!["foscttm"]).toBe(summary.foscttm.mean);
    expect(rows.at(-1)!["objective"]).toBe(value);
  });

  it("says nothing of pairs and classes where none are known, and names its folder by both sets", async () => {
    const folder = await folderWithElls();
    expect(await otlearnHere(wordsOf(EMBED, QUICK), folder)).toEqual(DONE);
    const [run] = await readdir(join(folder, "runs"));
    expect(run).toMatch(/^embed-x-y-\d{8}-\d{6}$/);
    const summary = await summaryOf(join(folder, "runs", run));
    expect(Object.keys(summary)).not.toEqual(expect.arrayContaining(["foscttm"]));
    expect(Object.keys(summary)).not.toEqual(expect.arrayContaining(["labelTransfer"]));
  });

  it("takes distances, and a mesh beside points", async () => {
    const folder = await folderWithElls();
    const distances = "train embed --backend cpu --x dx.npy --y dy.npy --matrices --out distances";
    expect(await otlearnHere(wordsOf(distances, QUICK), folder)).toEqual(DONE);
    await writeFile(join(folder, "square.off"), "OFF\n4 2 0\n0 0 0\n1 0 0\n1 1 0\n0 2 0\n3 0 1 2\n3 0 2 3\n");
    const mesh = "train embed --backend cpu --x square.off --y y.csv --neighbors 3 --out mesh";
    expect(await otlearnHere(wordsOf(mesh, QUICK), folder)).toEqual(DONE);
    expect((await readNpy(join(folder, "mesh/result/coupling_x.npy"))).shape).toEqual([4, 36]);
  });

  it.each([
    ["sphere --resolution 5", undefined, 3],
    ["torus --resolution 5", 25, 3],
    ["circle --resolution 12", 12, 2],
    ["gaussians --resolution 2 --mixture 3", undefined, 5],
    ["x", 20, 1],
    ["y", 20, 1],
    ["z.npy", 3, 1],
  ] as const)("--target %s", async (target, points, coordinates) => {
    const folder = await folderWithElls();
    await writeNpy(join(folder, "z.npy"), ndarray(Float64Array.of(0, 1, 2, 1, 0, 2, 2, 2, 0), [3, 3]));
    const words = wordsOf(EMBED, "--outer 2 --starts 1 --quiet --out run --target", target);
    expect(await otlearnHere(words, folder)).toEqual(DONE);
    const [z] = (await readNpy(join(folder, "run/result/target_distances.npy"))).shape;
    if (points !== undefined) expect(z).toBe(points);
    const samples = target.includes("mixture") ? 3 : 20;
    expect((await readNpy(join(folder, "run/result/coupling_x.npy"))).shape).toEqual([samples, z]);
    expect((await readNpy(join(folder, "run/result/projection_x.npy"))).shape).toEqual([samples, coordinates]);
    expect(await readdir(join(folder, "run/result"))).toContain("progress.png");
  });

  it("says in its first lines and its summary that it joined the parts of a graph", async () => {
    const folder = await folderWithElls(8);
    const parts = Array.from({ length: 8 }, (_, i) => `${i + (i < 4 ? 0 : 90)},${i % 2}`);
    await writeFile(join(folder, "x.csv"), `${parts.join("\n")}\n`);
    const words = wordsOf(EMBED, QUICK.replace(" --quiet", ""), "--neighbors 2 --out run");
    const { code, stdout, stderr } = await otlearnHere(words, folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    const warning = /x: the graph of 2 nearest neighbours had 2 parts, now joined by their shortest edges; .+ guesses$/;
    expect(stderr.split("\n").slice(0, 3)).toContainEqual(expect.stringMatching(warning));
    const { warnings } = await summaryOf(join(folder, "run"));
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });
});

describe("eval, report and export of an embedding", () => {
  it("eval gives the summary, and changes nothing", async () => {
    const before = await contentOf(home);
    const { code, stdout, stderr } = await otlearnHere(wordsOf("eval run --json"), home);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual(await summaryOf(join(home, "run")));
    expect(await contentOf(home)).toEqual(before);
  });

  it.each([
    [
      "--dataset blobs",
      "blobs: an embedding belongs to the data of the run; train on these instead: otlearn train embed",
    ],
    ["--data x.csv", "x.csv: an embedding belongs to the data of the run; train on these instead: otlearn train embed"],
    [
      "--dataset faces",
      "faces: one data set, expected two; name both files with x and y, or take a pair by name (snareseq, scgem, shapes)",
    ],
  ])("eval on other data is refused: %s", async (other, message) => {
    const { code, stdout, stderr } = await otlearnHere(wordsOf("eval run", other), home);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr: `otlearn: ${message}\n`,
    });
  });

  it("report writes result and report again, the same", async () => {
    const run = join(home, "run");
    const before = await contentOf(run);
    for (const name of ["result", "report.html"]) await rm(join(run, name), { recursive: true });
    expect(await otlearnHere(["report", "run"], home)).toEqual({
      code: 0,
      stdout: "run/report.html\n",
      stderr: "",
    });
    expect(await contentOf(run)).toEqual(before);
  });

  it("export holds the arrays of the result", async () => {
    const folder = await temporaryFolder();
    const { code, stdout } = await otlearnHere(["export", join(home, "run"), "--format", "npz"], folder);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `run.npz: ${RESULT.join(", ")}\n`,
    });
    for (const [name, array] of await readNpz(join(folder, "run.npz"))) {
      expect(array).toEqual(await readNpy(join(home, "run/result", `${name}.npy`)));
    }
  });
});

describe("inputs that were moved", () => {
  it("are pointed to, and must be the same ones", async () => {
    const folder = await folderWithElls();
    await writeNpy(join(folder, "z.npy"), ndarray(Float64Array.of(0, 1, 2, 1, 0, 2, 2, 2, 0), [3, 3]));
    const words = "--outer 2 --starts 1 --quiet --labels-x labels.txt --target z.npy --out run";
    expect(await otlearnHere(wordsOf(EMBED, words), folder)).toEqual(DONE);
    await mkdir(join(folder, "data"));
    for (const name of ["x.csv", "z.npy"]) await rename(join(folder, name), join(folder, "data", name));
    const resume = "train embed --resume run --quiet";
    const lost = await otlearnHere(wordsOf(resume, "--target-distances data/z.npy"), folder);
    expect(lost.stderr).toMatch(/^otlearn: .*x\.csv: does not exist; if it was moved, say where to: --x PATH\n$/);
    const there = "--x data/x.csv --target-distances data/z.npy";
    expect(await otlearnHere(wordsOf("report run --quiet", there), folder)).toEqual(DONE);
    expect((await otlearnHere(wordsOf("eval run --json", there), folder)).code).toBe(0);
    expect(await otlearnHere(wordsOf(resume, there), folder)).toEqual(DONE);
    expect(await otlearnHere(wordsOf(resume), folder)).toEqual(DONE); // it remembers where

    const other = await otlearnHere(wordsOf(resume, "--x y.csv"), folder);
    expect(other.stderr).toMatch(/^otlearn: --x y\.csv: not the file that the run was started with; restore it, .+\n$/);
    await writeFile(join(folder, "labels.txt"), "long\n".repeat(20));
    const changed = await otlearnHere(wordsOf("eval run"), folder);
    expect(changed.stderr).toMatch(/^otlearn: --labels-x .*labels\.txt: not the file that the run was started with;/);
    expect([lost.code, other.code, changed.code]).toEqual([2, 2, 2]);
  });
});

describe("train embed --search", () => {
  it("chooses by some pairs, and reports figures on the others beside those of its peers", async () => {
    const folder = await folderWithElls(14);
    const words = "--resolution 4 --outer 3 --starts 2 --quiet --search --peers --validation 0.3 --splits 3 --out run";
    expect(await otlearnHere(wordsOf(EMBED, KNOWN, words), folder)).toEqual(DONE);
    const summary = await summaryOf(join(folder, "run"));
    const { candidates, trials, methods } = summary["search"] as {
      candidates: number;
      trials: number;
      methods: {
        method: string;
        figures: Record<string, { mean: number; deviation: number }>;
      }[];
    };
    expect(candidates).toBe(8); // four kinds of distances, two lambdas
    expect(trials).toBe(8 * 2 + 4 * 4); // two starts each; four settings of peers on each kind of distances
    expect(methods.map(({ method }) => method)).toEqual(["JMDS", "GW", "embed"]);
    for (const { figures } of methods) {
      expect(Object.keys(figures)).toEqual(["foscttm", "labelTransferXToY", "labelTransferYToX"]);
      for (const { mean, deviation } of Object.values(figures)) {
        expect(mean).toBeGreaterThanOrEqual(0);
        expect(mean).toBeLessThanOrEqual(1);
        expect(deviation).toBeGreaterThanOrEqual(0);
      }
    }
    expect(summary["chosen"]).toMatchObject({
      lambda: expect.any(Number),
      validationFoscttm: expect.any(Number),
    });
    const table = await readFile(join(folder, "run/result/trials.tsv"), "utf8");
    expect(table.trimEnd().split("\n")).toHaveLength(1 + trials);
    expect(jsonLines(await readFile(join(folder, "run/metrics.jsonl"), "utf8"))).toHaveLength(candidates + 1);
    const report = await readFile(join(folder, "run/report.html"), "utf8");
    for (const text of ["Search", "JMDS", "GW"]) expect(report).toContain(text);
    const { stdout } = await otlearnHere(wordsOf("eval run --json"), folder);
    expect(JSON.parse(stdout)).toEqual(summary);
  });
});

/** Without native kernels, so that steps take long enough to be hit. */
describe("a run that was interrupted and killed inside a step", () => {
  interface SavedState {
    readonly next: number;
    readonly descents: { readonly step: number } | null;
  }

  const RESUME = "train embed --resume broken --quiet";

  /** What has been saved inside the first step so far. */
  async function savedIn(folder: string): Promise<SavedState | undefined> {
    const text = await readFile(join(folder, "broken/checkpoints/step-000000/manifest.json"), "utf8").catch(() => "");
    return text === "" ? undefined : (JSON.parse(text) as { state: SavedState }).state;
  }

  /**
   * Starts or resumes a run, and strikes once it has saved inside its first step what `isThere` asks for.
   * Undefined when the blow came too late, in a later step: a busy machine may look away for that long.
   */
  async function strike(folder: string, words: string, blow: NodeJS.Signals, isThere: (state: SavedState) => boolean) {
    const { child, ended } = await startOtlearn(words.split(" "), {
      cwd: folder,
      native: false,
    });
    for (let isSaved = false; !isSaved && child.exitCode === null; await setTimeout(2)) {
      const state = await savedIn(folder);
      isSaved = state !== undefined && isThere(state);
    }
    child.kill(blow);
    const outcome = await ended;
    const isInFirstStep = (await readFile(join(folder, "broken/metrics.jsonl"), "utf8")) === "";
    return isInFirstStep ? outcome : undefined;
  }

  /** Interrupts a run, then kills it further on in the same step; false when a blow came too late. */
  async function interruptAndKill(folder: string, start: string, placeOf: (state: SavedState) => number) {
    await rm(join(folder, "broken"), { recursive: true, force: true });
    const interrupted = await strike(folder, `${start} --out broken`, "SIGINT", () => true);
    if (interrupted === undefined) return false;
    expect(interrupted).toMatchObject({ code: 130, signal: null });
    expect(interrupted.stderr).toMatch(/\ninterrupted; go on with: otlearn train embed --resume broken\n$/);
    const reached = placeOf((await savedIn(folder))!);
    const killed = await strike(folder, RESUME, "SIGKILL", (state) => placeOf(state) > reached);
    if (killed === undefined) return false;
    expect(killed).toMatchObject({ signal: "SIGKILL" });
    return true;
  }

  it.each([
    {
      run: "between two of its starts",
      words: `${EMBED} --outer 1 --starts 60 --inner-tolerance 0 --inner-iterations 400 --resolution 6`,
      placeOf: ({ next }: SavedState) => next,
      last: "step-000001",
    },
    {
      run: "inside a candidate of a search",
      words:
        "train embed --backend cpu --x dx.npy --y dy.npy --matrices --paired --search --validation 0.3 " +
        "--outer 300 --starts 3 --tolerance 0 --inner-iterations 60 --resolution 6",
      placeOf: ({ descents }: SavedState) => descents?.step ?? 0,
      last: "step-000003", // two candidates, and the chosen one again
    },
  ])("$run goes on from there and ends as the uninterrupted one, bit for bit", async ({ words, placeOf, last }) => {
    const folder = await folderWithElls(30);
    const options = { cwd: folder, native: false };
    const start = `${words} --checkpoint-seconds 0.01`;
    expect(await otlearn(wordsOf(start, "--quiet --out whole"), options)).toMatchObject(DONE);

    let tries = 1;
    while (!(await interruptAndKill(folder, start, placeOf))) expect(++tries).toBeLessThanOrEqual(8);
    expect(await otlearn(wordsOf(RESUME), options)).toMatchObject(DONE);

    const arraysOf = async (run: string) =>
      Object.entries(await contentOf(join(folder, run))).filter(
        ([name]) => name.endsWith(".npy") || name === `checkpoints/${last}/state.safetensors`,
      );
    expect(await arraysOf("broken")).toEqual(await arraysOf("whole"));
    expect(await arraysOf("whole")).toHaveLength(RESULT.length + 1);
  });
});
