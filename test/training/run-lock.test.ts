import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lockRun } from "../../training/index.ts";
import { temporaryFolder } from "../support/temporary.ts";

const FILE = ".lock";

/** The lock that this process would write, changed. */
async function leftLock(change: Record<string, unknown>): Promise<string> {
  const run = await temporaryFolder();
  const release = await lockRun(run);
  const own = JSON.parse(await readFile(join(run, FILE), "utf8")) as Record<string, unknown>;
  await release();
  await writeFile(join(run, FILE), JSON.stringify({ ...own, ...change }));
  return run;
}

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid!;
}

it("a lock is there until it is released, and may be held twice by one process", async () => {
  const run = await temporaryFolder();
  const releases = await Promise.all([lockRun(run), lockRun(run)]);
  await releases[0]();
  expect(existsSync(join(run, FILE))).toBe(true);
  await releases[1]();
  expect(await readdir(run)).toEqual([]);
});

it.runIf(process.platform === "linux")("a run that another process writes is refused in one line", async () => {
  const started = (await readFile(`/proc/${process.ppid}/stat`, "utf8")).split(") ")[1].split(" ")[19];
  const run = await leftLock({ pid: process.ppid, started });
  await expect(lockRun(run)).rejects.toThrow(
    new RegExp(
      `^${run}: process ${process.ppid} on ${hostname()} has been writing this run since .+ UTC; wait for its end, or end it$`,
    ),
  );
  expect(existsSync(join(run, FILE))).toBe(true);
});

it.each<[name: string, change: () => Promise<Record<string, unknown>>]>([
  ["of a process that is gone", async () => ({ pid: await deadProcess() })],
  ["of a process whose number another one has got since", async () => ({ pid: process.ppid, started: "1" })],
  ["of before the machine was started", async () => ({ pid: process.ppid, taken: 0 })],
])("a lock %s is taken over", async (_, change) => {
  const run = await leftLock(await change());
  const release = await lockRun(run);
  expect(JSON.parse(await readFile(join(run, FILE), "utf8"))).toMatchObject({ pid: process.pid });
  await release();
  expect(await readdir(run)).toEqual([]);
});

it.each(["", "{", "null"])("a lock that holds %j, as a kill leaves it, is taken over", async (text) => {
  const run = await temporaryFolder();
  await writeFile(join(run, FILE), text);
  const release = await lockRun(run);
  await release();
  expect(await readdir(run)).toEqual([]);
});

it("a lock of another host is respected, and the message says which file to remove", async () => {
  const run = await leftLock({ host: "elsewhere", pid: await deadProcess() });
  await expect(lockRun(run)).rejects.toThrow(/on elsewhere .*; if that process is gone, remove ".*\.lock"$/);
});

it("says in one line that there is no such folder", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "a"));
  await expect(lockRun(join(folder, "b"))).rejects.toThrow(`${join(folder, "b")}: does not exist`);
});
