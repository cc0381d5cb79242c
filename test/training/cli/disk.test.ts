import { spawnSync } from "node:child_process";
import { chmod, lstat, mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readNpy } from "../../../src/data/npy.ts";
import { otlearn, otlearnHere, TRAIN_SMALL, writeBumps, type CliOptions } from "../../support/cli.ts";
import { contentOf } from "../../support/files.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** Mounts a disk of its own at `disk`, runs the command, and leaves what is on the disk in `kept`. */
const ON_DISK = 'mount -t tmpfs -o "$0" tmpfs disk && { "$@"; status=$?; cp -a disk/. kept; exit $status; }';
const onDisk = (options: string): Pick<CliOptions, "wrap"> => ({
  wrap: (command) => ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", ON_DISK, options, ...command],
});
const mounts = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);

const TRAIN = [...TRAIN_SMALL, "--iterations", "12", "--checkpoint-every", "2", "--keep-checkpoints", "9", "--quiet"];

/** What a run takes on a disk, in kB. */
interface Room {
  readonly training: number;
  readonly result: number;
}

/** Folders and files in whole pages, as memory holds them. */
async function roomOf(run: string): Promise<Room> {
  const room = { training: 0, result: 0 };
  for (const name of Object.keys(await contentOf(run))) {
    const { size } = await lstat(join(run, name));
    const isResult = name === "report.html" || name.startsWith("result/");
    room[isResult ? "result" : "training"] += PAGE_KB * Math.ceil(size / (1024 * PAGE_KB));
  }
  return room;
}
const PAGE_KB = 4;

async function folderWithBumps(): Promise<string> {
  const folder = await temporaryFolder();
  await writeBumps(folder);
  return folder;
}

async function folderWithDisk(): Promise<string> {
  const folder = await folderWithBumps();
  for (const name of ["disk", "kept"]) await mkdir(join(folder, name));
  return folder;
}

describe.skipIf(mounts.status !== 0)("a disk", () => {
  it.each([
    { when: "in training", room: ({ training }: Room) => training / 2, checkpoints: [1, 6] },
    {
      when: "as the result is written",
      room: ({ training, result }: Room) => training + result / 2,
      checkpoints: [7, 7],
    },
  ])("that fills $when costs nothing that was written before", async ({ room, checkpoints: [least, most] }) => {
    const folder = await folderWithDisk();
    const whole = join(folder, "whole");
    expect(await otlearnHere([...TRAIN, "--out", whole], folder)).toMatchObject({ code: 0 });
    const size = `size=${Math.round(room(await roomOf(whole)))}k`;
    const full = await otlearn([...TRAIN, "--out", "disk/run"], { cwd: folder, ...onDisk(size) });
    expect(full.stderr).toMatch(/^otlearn: disk\/run\/\S+: cannot be written: the disk is full\n$/);
    expect(full).toMatchObject({ code: 1, stdout: "" });

    const run = join(folder, "kept", "run");
    const names = Object.keys(await contentOf(run));
    expect(names.filter((name) => /(^|\/)\./.test(name))).toEqual([]);
    const checkpoints = names.filter((name) => name.endsWith("manifest.json")).length;
    expect(checkpoints).toBeGreaterThanOrEqual(least);
    expect(checkpoints).toBeLessThanOrEqual(most);
    for (const name of names.filter((each) => each.endsWith(".npy"))) await readNpy(join(run, name));

    expect(await otlearnHere(["train", "wdl", "--resume", run, "--quiet"], folder)).toMatchObject({ code: 0 });
    for (const name of ["atoms.npy", "weights.npy", "reconstructions.npy"]) {
      expect(await readFile(join(run, "result", name))).toEqual(await readFile(join(whole, "result", name)));
    }
    expect((await readdir(run)).sort()).toEqual((await readdir(whole)).sort());
  });

  it("that is read-only is left alone", async () => {
    const folder = await folderWithDisk();
    const { code, stdout, stderr } = await otlearn([...TRAIN, "--out", "disk/run"], { cwd: folder, ...onDisk("ro") });
    expect(stderr).toBe("otlearn: disk/run: lies on a read-only file system\n");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

it("a limit on the size of files ends a run with one line, and leaves none cut off", async () => {
  const folder = await folderWithBumps();
  const limited = (command: readonly string[]) => ["bash", "-c", 'ulimit -f 8; exec "$0" "$@"', ...command]; // of 1 kB
  const { code, stdout, stderr } = await otlearn([...TRAIN, "--out", "run"], { cwd: folder, wrap: limited });
  expect(stderr).toMatch(/^otlearn: run\/\S+: cannot be written: larger than files may be here\n$/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(Object.keys(await contentOf(folder)).filter((name) => /(^|\/)\./.test(name))).toEqual([]);
});

it.skipIf(process.getuid?.() === 0)("a folder that may not be written is left alone", async () => {
  const folder = await folderWithBumps();
  await chmod(folder, 0o500);
  const { code, stderr } = await otlearn([...TRAIN, "--out", "run"], { cwd: folder });
  expect({ code, stderr }).toEqual({ code: 2, stderr: "otlearn: run: is not accessible (permissions)\n" });
  expect(await readdir(folder)).toEqual(["bumps.npy"]);
});

it.runIf(process.platform === "linux")("standard output on a full disk costs the output alone", async () => {
  const folder = await folderWithBumps();
  const wrap = (command: readonly string[]) => ["bash", "-c", 'exec "$0" "$@" > /dev/full', ...command];
  const args = [...TRAIN.filter((word) => word !== "--quiet"), "--json", "--out", "run"];
  const { code, stderr } = await otlearn(args, { cwd: folder, wrap });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "otlearn: standard output: cannot be written: the disk is full\n",
  });
  expect(Object.keys(await contentOf(join(folder, "run")))).toContain("report.html");
});

it("a problem larger than the memory ends with one line, and leaves no folder", async () => {
  const folder = await folderWithBumps();
  const { code, stderr } = await otlearn([...TRAIN, "--atoms", "1000000000", "--init", "constant", "--out", "run"], {
    cwd: folder,
  });
  expect(stderr).toMatch(
    /^otlearn: --sinkhorn-iterations: 5 .* need at least [\d.]+ TB of memory here, this machine has .*\n$/,
  );
  expect(code).toBe(2);
  expect(await readdir(folder)).toEqual(["bumps.npy"]);
});
