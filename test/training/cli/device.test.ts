import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { isWebgpu, webgpuBackend } from "../../../src/webgpu/backend.ts";
import { backends } from "../../support/backends.ts";
import { otlearnHere, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const json = async (...path: string[]) => JSON.parse(await readFile(join(...path), "utf8")) as Record<string, unknown>;

describe("a run that goes on with another backend", () => {
  it("says so in a line, and keeps what it was begun with", async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    await writeBumps(folder);
    const train = [...TRAIN_SMALL, "--iterations", "2", "--out", "run"];
    expect(await otlearnHere(train, folder)).toMatchObject({ code: 0 });
    const run = join(folder, "run");
    expect(await json(run, "config.json")).toMatchObject({ backend: "cpu", engine: expect.stringMatching(/float/) });
    const { engine } = await json(run, "config.json");
    expect(await json(run, "result", "summary.json")).toMatchObject({ backend: "cpu", engine });

    const same = await otlearnHere(["train", "wdl", "--resume", "run", "--backend", "cpu"], folder);
    expect(same.stderr).not.toMatch(/bits/);
    const { code, stderr } = await otlearnHere(["train", "wdl", "--resume", "run", "--backend", "wasm"], folder);
    expect(code).toBe(0);
    expect(stderr.match(/^warning: goes on with wasm after cpu: its bits differ from .*$/gm)).toHaveLength(1);
    expect(await json(run, "config.json")).toMatchObject({ backend: "wasm", earlierBackends: ["cpu"] });
    expect(await json(run, "result", "summary.json")).toMatchObject({ backend: "wasm", earlierBackends: ["cpu"] });
  });

  it("is refused a name that is none", async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    await writeBumps(folder);
    await otlearnHere([...TRAIN_SMALL, "--iterations", "1", "--out", "run"], folder);
    const { code, stderr } = await otlearnHere(["train", "wdl", "--resume", "run", "--backend", "cuda"], folder);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^otlearn: --backend: .*cuda.*\n$/),
    });
  });
});

describe.skipIf(!backends.includes("webgpu"))("a run on webgpu", () => {
  it("ends in one line when the device is lost, with a checkpoint that another backend goes on from", async ({
    onTestFinished,
  }) => {
    const folder = await temporaryFolder(onTestFinished);
    await writeBumps(folder);
    const options = "--data bumps.npy --limit 4 --atoms 2 --sinkhorn-iterations 2 --iterations 60 --checkpoint-every 2";
    const training = otlearnHere(
      ["train", "wdl", "--backend", "webgpu", ...options.split(" "), "--out", "run"],
      folder,
    );
    const checkpoint = join("run", "checkpoints", "step-000002");
    while (!existsSync(join(folder, checkpoint, "manifest.json"))) await setTimeout(5);
    expect(isWebgpu()).toBe(true);
    webgpuBackend().device.destroy();
    const { code, stderr } = await training;
    expect(code).toBe(1);
    expect(stderr.split("\n").at(-2)).toMatch(
      /^otlearn: the GPU device was lost \(.+\); the last checkpoint is run\/checkpoints\/step-\d+; go on with: otlearn train wdl --resume run --backend wasm$/,
    );
    expect(await json(folder, "run", "config.json")).toMatchObject({
      backend: "webgpu",
      adapter: { name: expect.stringMatching(/\S/) },
      engine: expect.stringMatching(/^webgpu float32/),
    });

    const resumed = await otlearnHere(["train", "wdl", "--resume", "run", "--backend", "cpu"], folder);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toMatch(/\nwarning: goes on with cpu after webgpu .+: its bits differ/);
    const summary = await json(folder, "run", "result", "summary.json");
    expect(summary).toMatchObject({ backend: "cpu", earlierBackends: [expect.stringMatching(/^webgpu /)] });
    expect(summary).not.toHaveProperty("adapter");
  }, 60_000);
});
