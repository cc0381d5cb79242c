import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { latestCheckpoint, readCheckpoint } from "../../../checkpoints/index.ts";
import { readNpy } from "../../../src/data/npy.ts";
import { otlearnHere, writeBumps } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const TRAIN =
  "train wdl --backend cpu --data bumps.npy --atoms 3 --loss quadratic --sinkhorn-iterations 5 --batch 5 --epochs 2".split(
    " ",
  );

it("trains from a file in batches, evaluates all of it, and other data of the same kind", async () => {
  const cwd = await temporaryFolder();
  await writeBumps(cwd, { count: 23 });
  await writeBumps(cwd, { name: "others.npy", count: 9, seed: 5 });
  const trained = await otlearnHere([...TRAIN, "--out", "run"], cwd);
  expect(trained.stderr).toMatch(/bumps.npy \[23, 8, 10\], on disk/);
  expect(trained.code).toBe(0);
  const { step, state } = await readCheckpoint((await latestCheckpoint(join(cwd, "run/checkpoints")))!);
  expect(step).toBe(10);
  expect(state).toMatchObject({ weights: { shape: [23, 3] }, order: { shape: [23] } });
  const summary = JSON.parse(await readFile(join(cwd, "run/result/summary.json"), "utf8")) as Record<string, number>;
  expect(summary["psnr"]).toBeGreaterThan(15);
  expect(summary["psnr_pca"]).toBeGreaterThan(15);
  expect((await readNpy(join(cwd, "run/result/weights.npy"))).shape).toEqual([23, 3]);

  const others = await otlearnHere(["eval", "run", "--data", "others.npy", "--json"], cwd);
  expect(others.code).toBe(0);
  const held = JSON.parse(others.stdout) as Record<string, number>;
  expect(held["psnr"]).toBeGreaterThan(10);
  expect(held["psnr_pca"]).not.toBe(summary["psnr_pca"]);
});

it("knows its data again when it is resumed", async () => {
  const cwd = await temporaryFolder();
  await writeBumps(cwd, { count: 23 });
  await otlearnHere([...TRAIN, "--out", "run"], cwd);
  expect((await otlearnHere(["train", "wdl", "--resume", "run"], cwd)).code).toBe(0);
  await writeBumps(cwd, { count: 23, seed: 3 });
  const changed = await otlearnHere(["train", "wdl", "--resume", "run"], cwd);
  expect(changed).toMatchObject({ code: 2 });
  expect(changed.stderr).toMatch(/the data are not those that the run was started on/);
});

it.each([
  [["--batch", "24"], /--batch.*expected at most the 23 data points/],
  [["--warm-restart", "4"], /--warm-restart.*not with --batch/],
  [["--iterations", "4"], /--epochs.*not beside --iterations/],
])("refuses %o before anything is done", async (given, message) => {
  const cwd = await temporaryFolder();
  await writeBumps(cwd, { count: 23 });
  const { code, stderr } = await otlearnHere([...TRAIN, ...given, "--out", "run"], cwd);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

it("refuses epochs without batches", async () => {
  const cwd = await temporaryFolder();
  await writeBumps(cwd, { count: 23 });
  const { code, stderr } = await otlearnHere(["train", "wdl", "--data", "bumps.npy", "--epochs", "2"], cwd);
  expect(code).toBe(2);
  expect(stderr).toMatch(/--epochs.*only with --batch/);
});
