import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { Random } from "../../../src/tensor/random.ts";
import { jsonLines, otlearn, otlearnHere, startOtlearn, TRAIN_SMALL, writeBumps } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const STEPS = 30;
const TRAIN =
  `train wdl --dataset faces --backend cpu --iterations ${STEPS} --warm-restart 5 --checkpoint-every 3 --evaluate-every 4`.split(
    " ",
  );
/** Sizes at which a step takes long enough to be hit, and the run a second or two. */
const ENGINES = [
  { engine: "the host engine", native: false, size: ["--size", "12", "--sinkhorn-iterations", "5"] },
  ...(nativeStatus().addon
    ? [{ engine: "the native kernels", native: true, size: ["--size", "24", "--sinkhorn-iterations", "10"] }]
    : []),
];

/** Each strikes after a random step of its range. */
const BLOWS = [
  { blow: "SIGINT", first: 2, last: 5 },
  { blow: "SIGKILL", first: 7, last: 12 },
  { blow: "SIGKILL", first: 14, last: 19 },
  { blow: "SIGKILL", first: 21, last: 27 },
] as const;

/** Rows of a run's metrics log that are there so far. */
async function stepsOf(run: string): Promise<number> {
  const text = await readFile(join(run, "metrics.jsonl"), "utf8").catch(() => "");
  return text.split("\n").length - 1;
}

/** All that must not depend on interruptions: metrics, checkpoints and results, without the seconds in them. */
async function outcomeOf(run: string) {
  const withoutSeconds = (row: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name !== "seconds"));
  const read = async (...path: string[]) => readFile(join(run, ...path), "utf8");
  const content = Object.entries(await contentOf(run));
  const last = `step-${String(STEPS).padStart(6, "0")}`;
  const { random, metrics, loop, state, tensors } = JSON.parse(await read("checkpoints", last, "manifest.json"));
  return {
    names: content.map(([name]) => name),
    arrays: content.filter(([name]) => /\.(npy|safetensors)$/.test(name) || name.endsWith("latest")),
    metrics: jsonLines(await read("metrics.jsonl")).map(withoutSeconds),
    summary: withoutSeconds(JSON.parse(await read("result", "summary.json"))),
    manifest: { random, metrics, loop, state, tensors },
  };
}

describe.concurrent.each(ENGINES)("a run on $engine", ({ native, size }) => {
  it("killed at random moments and interrupted once ends as the uninterrupted one, bit for bit", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = await temporaryFolder(onTestFinished);
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    expect(await otlearn([...TRAIN, ...size, "--quiet", "--out", whole], { native })).toMatchObject({ code: 0 });

    const random = Random.fromSeed(native ? 1 : 2);
    for (const { blow, first, last } of BLOWS) {
      const args = existsSync(broken) ? ["train", "wdl", "--resume", broken] : [...TRAIN, ...size, "--out", broken];
      const { child, ended } = await startOtlearn(args, { native });
      const target = first + random.integer(last - first + 1);
      while ((await stepsOf(broken)) < target && child.exitCode === null) await setTimeout(5);
      await setTimeout(15 * random.uniform());
      child.kill(blow);
      const { code, signal, stderr } = await ended;
      if (blow === "SIGKILL") expect({ code, signal, stderr }).toMatchObject({ code: null, signal: blow });
      else {
        expect({ code, signal, stderr }).toMatchObject({ code: 130, signal: null });
        expect(stderr).toMatch(new RegExp(`\ninterrupted; go on with: otlearn train wdl --resume ${broken}\n$`));
      }
    }
    const ended = await otlearn(["train", "wdl", "--resume", broken, "--quiet"], { native });
    expect(ended).toEqual({ code: 0, signal: null, stdout: "", stderr: "" });

    const expected = await outcomeOf(whole);
    expect(expected.metrics.map(({ step }) => step)).toEqual(Array.from({ length: STEPS }, (_, index) => index + 1));
    expect(await outcomeOf(broken)).toEqual(expected);
  });
});

it("a run killed while its result is written writes the same result when resumed", async () => {
  const folder = await temporaryFolder();
  await writeBumps(folder);
  const run = join(folder, "run");
  const args = [...TRAIN_SMALL, "--iterations", "6", "--warm-restart", "4", "--out", run];
  const { child, ended } = await startOtlearn(args, { cwd: folder });
  while (!existsSync(join(run, "result", "atoms.npy")) && child.exitCode === null) await setTimeout(1);
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ signal: "SIGKILL" });
  expect(existsSync(join(run, "report.html"))).toBe(false);

  expect(await otlearn(["train", "wdl", "--resume", run, "--quiet"], { cwd: folder })).toMatchObject({
    code: 0,
    stderr: "",
  });
  const resumed = await contentOf(run);
  expect(Object.keys(resumed)).toEqual(expect.arrayContaining(["report.html", "result/summary.json"]));
  expect(await otlearnHere(["report", run], folder)).toMatchObject({ code: 0 });
  expect(await contentOf(run)).toEqual(resumed);
});

it("a run goes on from one of its checkpoints, and cuts off what came after it", async () => {
  const folder = await temporaryFolder();
  await writeBumps(folder);
  const run = join(folder, "run");
  const args = [...TRAIN_SMALL, "--iterations", "9", "--checkpoint-every", "3", "--quiet", "--out", run];
  expect(await otlearnHere(args, folder)).toMatchObject({ code: 0 });
  const before = await readFile(join(run, "checkpoints", "step-000009", "state.safetensors"));
  const metrics = jsonLines(await readFile(join(run, "metrics.jsonl"), "utf8"));

  const resumed = await otlearn(["train", "wdl", "--resume", join(run, "checkpoints", "step-000006"), "--json"], {
    cwd: folder,
  });
  expect(resumed).toMatchObject({ code: 0, stderr: "" });
  const lines = jsonLines(resumed.stdout);
  expect(lines[0]).toMatchObject({ event: "start", step: 6, steps: 9, run });
  expect(lines.filter(({ loss, event }) => loss !== undefined && event === undefined)).toHaveLength(3);
  expect(await readFile(join(run, "checkpoints", "step-000009", "state.safetensors"))).toEqual(before);
  const again = jsonLines(await readFile(join(run, "metrics.jsonl"), "utf8"));
  expect(again.map(({ loss }) => loss)).toEqual(metrics.map(({ loss }) => loss));
});
