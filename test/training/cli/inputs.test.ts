import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { writeNpy } from "../../../src/data/npy.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { otlearn, otlearnHere, startOtlearn } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const POINTS = 5;
const costOf = (power: number) =>
  ndarray(
    Float64Array.from({ length: POINTS ** 2 }, (_, k) => Math.abs(Math.floor(k / POINTS) - (k % POINTS)) ** power),
    [POINTS, POINTS],
  );
const TRAIN = "train wdl --backend cpu --atoms 2 --iterations 3 --quiet --data x.npy --cost c.npy --out run".split(" ");
const RESUME = ["train", "wdl", "--quiet", "--resume"];
const DONE = { code: 0, stdout: "", stderr: "" };

/** `home/run`, trained on `home/x.npy` under the cost `home/c.npy`; all paths were relative. */
async function trained(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "home"));
  const home = join(folder, "home");
  const rows = Float64Array.from({ length: 4 * POINTS }, (_, index) => 1 + ((index * 7) % 5));
  await writeNpy(join(home, "x.npy"), ndarray(rows, [4, POINTS]));
  await writeNpy(join(home, "c.npy"), costOf(2));
  expect(await otlearnHere(TRAIN, home)).toEqual(DONE);
  return folder;
}

const lossOf = async (run: string): Promise<number> =>
  (JSON.parse(await readFile(join(run, "result", "summary.json"), "utf8")) as { loss: number }).loss;

it("runs know their data by shape and values, as in all versions", async () => {
  const run = join(await trained(), "home", "run");
  const rows = Float64Array.from({ length: 4 * POINTS }, (_, index) => 1 + ((index * 7) % 5));
  const { options } = JSON.parse(await readFile(join(run, "config.json"), "utf8")) as {
    options: Readonly<Record<string, unknown>>;
  };
  expect(options["dataShape"]).toEqual([4, POINTS]);
  expect(options["dataFingerprint"]).toBe(
    createHash("sha256").update("4x5").update(new Uint8Array(rows.buffer)).digest("hex"),
  );
});

describe("a file that an option names", () => {
  it.each([["train wdl --resume run"], ["eval run"], ["report run"]])(
    "is part of what %s checks: another cost is refused",
    async (command) => {
      const home = join(await trained(), "home");
      await writeNpy(join(home, "c.npy"), costOf(1));
      const { code, stdout, stderr } = await otlearnHere(command.split(" "), home);
      expect(stderr).toMatch(
        /^otlearn: --cost .*c\.npy: not the file that the run was started with; restore it, point to it with --cost, or .+\n$/,
      );
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    },
  );
});

describe("a run that was started with relative paths", () => {
  it("is resumed, evaluated and reported from another folder", async () => {
    const folder = await trained();
    const loss = await lossOf(join(folder, "home/run"));
    expect(await otlearnHere([...RESUME, "home/run"], folder)).toEqual(DONE);
    expect(await otlearnHere(["report", "home/run", "--quiet"], folder)).toEqual(DONE);
    const { code, stdout } = await otlearnHere(["eval", "home/run", "--json"], folder);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ loss });
  });

  it("moves together with its inputs", async () => {
    const folder = await trained();
    await rename(join(folder, "home"), join(folder, "moved"));
    expect(await otlearnHere([...RESUME, "moved/run"], folder)).toEqual(DONE);
  });

  it("goes on where it is when only the run was moved", async () => {
    const folder = await trained();
    await mkdir(join(folder, "archive"));
    await rename(join(folder, "home/run"), join(folder, "archive/run"));
    expect(await otlearnHere([...RESUME, "archive/run"], folder)).toEqual(DONE);
  });
});

describe("inputs that were moved", () => {
  it("are pointed to, and a resumed run remembers where", async () => {
    const folder = await trained();
    await mkdir(join(folder, "data"));
    for (const name of ["x.npy", "c.npy"]) await rename(join(folder, "home", name), join(folder, "data", name));
    const there = ["--data", "data/x.npy", "--cost", "data/c.npy"];
    const lost = await otlearnHere([...RESUME, "home/run"], folder);
    expect(lost.stderr).toMatch(/^otlearn: .*c\.npy: does not exist; if it was moved, say where to: --cost PATH\n$/);

    expect(await otlearnHere(["report", "home/run", "--quiet", ...there], folder)).toEqual(DONE);
    const evaluated = await otlearnHere(["eval", "home/run", "--json", ...there], folder);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ loss: await lossOf(join(folder, "home/run")) });
    expect(await otlearnHere([...RESUME, "home/run", ...there], folder)).toEqual(DONE);
    expect(await otlearnHere([...RESUME, "home/run"], folder)).toEqual(DONE);
  });

  it("must be the same ones", async () => {
    const folder = await trained();
    await writeNpy(join(folder, "x.npy"), ndarray(new Float64Array(4 * POINTS).fill(1), [4, POINTS]));
    const { code, stderr } = await otlearnHere([...RESUME, "home/run", "--data", "x.npy"], folder);
    expect(stderr).toMatch(/^otlearn: x\.npy: the data are not those that the run was started on;/);
    expect(code).toBe(2);
  });
});

describe("the folder of a run", () => {
  it("is one's own where two runs start in the same second", async () => {
    const folder = await trained();
    const home = join(folder, "home");
    const train = TRAIN.slice(0, -2);
    const outcomes = await Promise.all([1, 2, 3].map(() => otlearn(train, { cwd: home })));
    for (const outcome of outcomes) expect(outcome).toMatchObject(DONE);
    expect(await readdir(join(home, "runs"))).toHaveLength(3);
  });

  it("may hold what killed writes left", async () => {
    const home = join(await trained(), "home");
    await mkdir(join(home, "again"));
    await writeFile(join(home, "again", ".config.json.999999999-0123abcd.tmp"), "{");
    expect(await otlearnHere([...TRAIN.slice(0, -1), "again"], home)).toEqual(DONE);
    expect((await readdir(join(home, "again"))).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("belongs to the process that writes it: another that resumes it is refused in one line", async () => {
    const home = join(await trained(), "home");
    const long = [...TRAIN.slice(0, -1), "long", "--iterations", "1000000", "--warm-restart", "5"];
    const { child, ended } = await startOtlearn(long, { cwd: home });
    while (!existsSync(join(home, "long/checkpoints/latest")) && child.exitCode === null) await setTimeout(5);
    for (const command of ["train wdl --resume long", "report long"]) {
      const { code, stderr } = await otlearnHere(command.split(" "), home);
      expect(stderr).toMatch(/^otlearn: long: process \d+ on \S+ has been writing this run since .+\n$/);
      expect(code).toBe(2);
    }
    child.kill("SIGHUP");
    expect(await ended).toMatchObject({ code: 130, signal: null });
    expect(await readdir(join(home, "long"))).not.toContain(".lock");
  });
});
