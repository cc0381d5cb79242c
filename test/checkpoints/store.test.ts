import { chmod, mkdir, readFile, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCheckpoint, type Checkpoint } from "../../checkpoints/checkpoint.ts";
import { locateCheckpoint } from "../../checkpoints/locate.ts";
import { CheckpointStore } from "../../checkpoints/store.ts";
import { InputError } from "../../src/errors.ts";
import { temporaryFolder } from "../support/temporary.ts";

function checkpoint(step: number, metrics: Checkpoint["metrics"] = {}): Checkpoint {
  return {
    task: "toy",
    step,
    seconds: step / 3,
    config: { atoms: 2, size: null, nested: { flag: true } },
    random: [1, -2, 3, 4],
    metrics,
    loop: { best: Infinity, waited: 2 },
    state: {
      atoms: { shape: [2, 3], data: Float32Array.of(0.1, 0.2, 0.3, 4, 5, step) },
      scale: -0,
      history: [{ x: { shape: [1], data: Float64Array.of(1 / 3) } }],
    },
  };
}

async function storeWith(steps: readonly number[]): Promise<CheckpointStore> {
  const store = await CheckpointStore.open(join(await temporaryFolder(), "checkpoints"), { keepLast: 10 });
  for (const step of steps) await store.save(checkpoint(step));
  return store;
}

describe("store", () => {
  it("gives back a checkpoint bit for bit", async () => {
    const store = await storeWith([10]);
    expect(await readdir(store.path(10))).toEqual(["manifest.json", "state.safetensors"]);
    expect(store.path(10)).toBe(join(store.folder, "step-000010"));
    expect(await readCheckpoint(store.path(10), "toy")).toEqual(checkpoint(10));
  });

  it("links the newest and finds it from a run, a checkpoints folder or itself", async () => {
    const store = await storeWith([1, 2]);
    expect(await readlink(join(store.folder, "latest"))).toBe("step-000002");
    for (const path of [join(store.folder, ".."), store.folder, store.path(2)]) {
      expect(await locateCheckpoint(path)).toBe(store.path(2));
    }
  });

  it("falls back to a scan where the link is missing or broken", async () => {
    const store = await storeWith([9, 10]);
    const link = join(store.folder, "latest");
    await rm(link);
    expect(await store.latest()).toBe(store.path(10));
    for (const target of ["step-000077", "/etc", "../checkpoints"]) {
      await symlink(target, link);
      expect(await store.latest()).toBe(store.path(10));
      await rm(link);
    }
  });

  it("keeps the last few and the best, the earlier one of equals", async () => {
    const folder = join(await temporaryFolder(), "checkpoints");
    const store = await CheckpointStore.open(folder, { keepLast: 2, best: { metric: "psnr", goal: "max" } });
    const values = [3, 7, NaN, 7, 5, 1];
    for (const [index, psnr] of values.entries()) await store.save(checkpoint(index, { psnr }));
    await store.save(checkpoint(6));
    expect(store.best).toBe(1);
    expect(store.steps).toEqual([1, 5, 6]);

    const reopened = await CheckpointStore.open(folder, { keepLast: 2, best: { metric: "psnr", goal: "min" } });
    expect(reopened.best).toBe(5);
    expect(reopened.steps).toEqual([1, 5, 6]);
  });

  it("replaces a checkpoint of the same step", async () => {
    const store = await storeWith([4]);
    await store.save({ ...checkpoint(4), seconds: 99 });
    expect((await readCheckpoint(store.path(4))).seconds).toBe(99);
    expect((await readdir(store.folder)).sort()).toEqual(["latest", "step-000004"]);
  });

  it("discards the steps after the one resumed from", async () => {
    const store = await storeWith([1, 2, 3]);
    await store.discardAfter(1);
    expect(store.steps).toEqual([1]);
    expect(await store.latest()).toBe(store.path(1));
  });

  it("clears what a kill leaves behind, and nothing else", async () => {
    const store = await storeWith([1, 2, 3]);
    const at = (name: string) => join(store.folder, name);
    await mkdir(at(".step-000004.partial"));
    await writeFile(at(".step-000004.partial/state.safetensors"), "half");
    await rename(store.path(1), at(".step-000001.removed")); // killed while pruning
    await rename(store.path(3), at(".step-000003.replaced")); // killed between the two renames of a replacement
    await symlink("step-000009", at(".latest"));
    await writeFile(at("notes.txt"), "mine");

    expect(await store.latest()).toBe(store.path(2)); // readable before any clearing
    const reopened = await CheckpointStore.open(store.folder);
    expect(reopened.steps).toEqual([2, 3]);
    expect(await reopened.latest()).toBe(store.path(3));
    await reopened.save(checkpoint(4));
    expect((await readdir(store.folder)).sort()).toEqual([
      "latest",
      "notes.txt",
      "step-000002",
      "step-000003",
      "step-000004",
    ]);
  });

  it("never shows half a checkpoint while one is written", async () => {
    const store = await storeWith([]);
    let done = false;
    const writing = (async () => {
      for (let step = 1; step <= 8; step++) await store.save(checkpoint(step));
      done = true;
    })();
    while (!done) {
      const latest = await store.latest();
      if (latest !== undefined) await readCheckpoint(latest);
    }
    await writing;
    expect(await store.latest()).toBe(store.path(8));
  });
});

describe("a checkpoint that cannot be used says why, in one line", () => {
  const manifest = "manifest.json";
  const tensors = "state.safetensors";
  const edit = (change: (value: Record<string, unknown>) => void) => async (folder: string) => {
    const value = JSON.parse(await readFile(join(folder, manifest), "utf8")) as Record<string, unknown>;
    change(value);
    await writeFile(join(folder, manifest), JSON.stringify(value));
  };
  it.each<[name: string, damage: (folder: string) => Promise<unknown>, message: RegExp]>([
    [
      "truncated tensors",
      async (folder) => writeFile(join(folder, tensors), (await readFile(join(folder, tensors))).subarray(0, 100)),
      /state\.safetensors: damaged, has 100 bytes, its manifest says \d+; use an earlier checkpoint/,
    ],
    [
      "a flipped bit",
      async (folder) => {
        const bytes = await readFile(join(folder, tensors));
        bytes[bytes.length - 1] ^= 1;
        await writeFile(join(folder, tensors), bytes);
      },
      /state\.safetensors: damaged, its sha256/,
    ],
    ["missing tensors", (folder) => rm(join(folder, tensors)), /state\.safetensors: does not exist/],
    [
      "a truncated manifest",
      async (folder) => writeFile(join(folder, manifest), (await readFile(join(folder, manifest))).subarray(0, 50)),
      /manifest\.json: damaged \(not JSON\)/,
    ],
    [
      "a foreign manifest",
      (folder) => writeFile(join(folder, manifest), '{"weights": []}'),
      /not an otlearn checkpoint/,
    ],
    ["a later format", edit((value) => (value["formatVersion"] = 2)), /checkpoint format 2 of otlearn .*, expected 1/],
    ["a bad field", edit((value) => (value["step"] = -1)), /step is -1, expected a whole number/],
    [
      "a tensor file elsewhere",
      edit((value) => ((value["tensors"] as Record<string, unknown>)["file"] = "../../secret")),
      /tensors: damaged, file is "\.\.\/\.\.\/secret", expected a file name without folders/,
    ],
    [
      "an array that is not there",
      edit((value) => ((value["state"] as Record<string, unknown>)["atoms"] = { $array: "atom" })),
      /manifest\.json: the tensor file has no array atom/,
    ],
  ])("%s", async (_, damage, message) => {
    const store = await storeWith([3]);
    await damage(store.path(3));
    const error = await readCheckpoint(store.path(3)).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain("\n");
  });

  it("another task's", async () => {
    const store = await storeWith([3]);
    await expect(readCheckpoint(store.path(3), "wdl")).rejects.toThrow("a checkpoint of task toy, expected wdl");
  });

  it("a path without one", async () => {
    const folder = await temporaryFolder();
    await expect(locateCheckpoint(folder)).rejects.toThrow("holds no checkpoint; expected a run directory");
    await expect(locateCheckpoint(join(folder, "none"))).rejects.toThrow("does not exist");
  });

  it.skipIf(process.getuid?.() === 0)("a read-only folder", async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    await expect(CheckpointStore.open(join(folder, "checkpoints"))).rejects.toThrow(InputError);
  });

  it("a folder below a file", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    await expect(CheckpointStore.open(join(file, "checkpoints"))).rejects.toThrow(/lies below something/);
  });
});
