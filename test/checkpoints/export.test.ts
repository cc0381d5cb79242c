import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportCheckpoint } from "../../checkpoints/export.ts";
import { decodeSafetensors } from "../../checkpoints/safetensors.ts";
import { CheckpointStore } from "../../checkpoints/store.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { readNpz } from "../../src/data/npz.ts";
import { temporaryFolder } from "../support/temporary.ts";

const atoms = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
const weights = { shape: [2], data: Float64Array.of(0.5, 0.5) };

/** A run with a checkpoint and, if asked, a result. */
async function run({ finished }: { readonly finished: boolean }): Promise<string> {
  const folder = await temporaryFolder();
  const store = await CheckpointStore.open(join(folder, "checkpoints"));
  const state = { alpha: atoms, inner: { beta: weights }, scale: 2 };
  const common = { task: "toy", step: 1, seconds: 1, config: {}, random: [0, 0, 0, 1], metrics: {}, loop: {} };
  await store.save({ ...common, state });
  if (finished) {
    await mkdir(join(folder, "result"));
    await writeNpy(join(folder, "result", "weights.npy"), weights);
    await writeNpy(join(folder, "result", "atoms.npy"), atoms);
  }
  return folder;
}

const readers = {
  npz: readNpz,
  safetensors: async (path: string) => decodeSafetensors(await readFile(path), path).arrays,
};

describe.each(["npz", "safetensors"] as const)("export to %s", (format) => {
  const exported = async (source: string, options?: Parameters<typeof exportCheckpoint>[3]) => {
    const out = join(source, "new", `out.${format}`);
    await exportCheckpoint(source, format, out, options);
    return Object.fromEntries(await readers[format](out));
  };

  it("writes the result of a finished run", async () => {
    expect(await exported(await run({ finished: true }))).toEqual({ atoms, weights });
  });

  it("writes the state of an unfinished run, or where asked", async () => {
    const state = { alpha: atoms, "inner.beta": weights };
    expect(await exported(await run({ finished: false }))).toEqual(state);
    expect(await exported(await run({ finished: true }), { part: "state" })).toEqual(state);
  });

  it("writes the arrays selected", async () => {
    expect(await exported(await run({ finished: true }), { arrays: ["atoms"] })).toEqual({ atoms });
  });
});

it("names what is there where an unknown array is asked for", async () => {
  const source = await run({ finished: true });
  const out = join(source, "x.npz");
  await expect(exportCheckpoint(source, "npz", out, { arrays: ["atom"] })).rejects.toThrow(
    "has no array atom, expected atoms, weights",
  );
  await expect(exportCheckpoint(await run({ finished: false }), "npz", out, { part: "result" })).rejects.toThrow(
    "has no arrays in result/",
  );
});
