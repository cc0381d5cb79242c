import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { latestCheckpoint, readCheckpoint, type Checkpoint } from "../../checkpoints/index.ts";
import type { MetricsRow } from "../../training/index.ts";
import { compiledRoot } from "../support/compiled.ts";
import { temporaryFolder } from "../support/temporary.ts";

type ToyName = "adversarial" | "power" | "alternating";
const STEPS = 30;
/** Long enough that a run can be hit, short enough for a test. */
const PAUSE_MS = 10;

async function startToy(name: ToyName, run: string, mode: "start" | "resume", pause = PAUSE_MS): Promise<ChildProcess> {
  const script = join(await compiledRoot(), "test/children/toy-run.js");
  return spawn(process.execPath, [script, name, String(STEPS), run, mode, String(pause)], { stdio: "pipe" });
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null; errors: string }> {
  let errors = "";
  child.stderr!.on("data", (text) => (errors += text));
  child.stdout!.resume();
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, errors };
}

/** Metrics without the seconds, and the last checkpoint without what depends on time. */
async function outcome(run: string): Promise<{ rows: object[]; last: Partial<Checkpoint> }> {
  const lines = (await readFile(join(run, "metrics.jsonl"), "utf8")).trimEnd().split("\n");
  const rows = lines.map((line) => {
    const row = JSON.parse(line) as MetricsRow;
    return Object.fromEntries(Object.entries(row).filter(([name]) => name !== "seconds"));
  });
  const folder = await latestCheckpoint(join(run, "checkpoints"));
  const { step, random, metrics, loop, state } = await readCheckpoint(folder!);
  return { rows, last: { step, random, metrics, loop, state } };
}

/** Waits until the run has logged something new and a random moment passes, unless the child ends before. */
async function randomMoment(run: string, child: ChildProcess): Promise<void> {
  const size = async () =>
    readFile(join(run, "metrics.jsonl")).then(
      (bytes) => bytes.length,
      () => 0,
    );
  const before = await size();
  while (child.exitCode === null && (await size()) === before) await setTimeout(3);
  await setTimeout(Math.random() * 10 * PAUSE_MS);
}

describe.concurrent.each<ToyName>(["adversarial", "alternating"])("a run of the %s task", (name) => {
  it("killed at random moments and once interrupted ends as the uninterrupted one, bit for bit", async ({
    expect,
    onTestFinished,
  }) => {
    const folder = await temporaryFolder(onTestFinished);
    const [whole, broken] = [join(folder, "whole"), join(folder, "broken")];
    expect(await endOf(await startToy(name, whole, "start", 0))).toEqual({ code: 0, signal: null, errors: "" });

    let hits = 0;
    for (const blow of ["SIGKILL", "SIGKILL", "SIGINT", "SIGKILL"] as const) {
      const child = await startToy(name, broken, existsSync(broken) ? "resume" : "start");
      const ended = endOf(child);
      await randomMoment(broken, child);
      child.kill(blow);
      const { code, signal } = await ended;
      if (code === 0) continue; // it was faster
      hits++;
      expect({ code, signal }).toEqual(blow === "SIGINT" ? { code: 130, signal: null } : { code: null, signal: blow });
    }
    expect(hits).toBeGreaterThan(0);
    expect(await endOf(await startToy(name, broken, "resume", 0))).toEqual({ code: 0, signal: null, errors: "" });

    const expected = await outcome(whole);
    expect(expected.rows).toHaveLength(STEPS);
    expect(await outcome(broken)).toEqual(expected);
  });
});

it("a second SIGINT ends the process at once", async () => {
  const run = join(await temporaryFolder(), "run");
  const child = await startToy("power", run, "start", 60_000);
  const ended = endOf(child);
  while (!existsSync(join(run, "checkpoints", "latest"))) await setTimeout(10);
  await setTimeout(100);
  child.kill("SIGINT");
  await setTimeout(100);
  expect(child.exitCode ?? child.signalCode).toBeNull();
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: null, signal: "SIGINT" });
});
