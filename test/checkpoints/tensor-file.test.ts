import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../checkpoints/safetensors.ts";
import { fingerprintOf, readTensorFile } from "../../checkpoints/tensor-file.ts";
import { InputError } from "../../src/errors.ts";
import { temporaryFolder } from "../support/temporary.ts";

const arrays = {
  wide: { shape: [3, 5], data: Float64Array.from({ length: 15 }, (_, at) => Math.sqrt(at)) },
  narrow: { shape: [7], data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7) },
  none: { shape: [0, 4], data: new Float32Array(0) },
};
const chunks = encodeSafetensors(Object.entries(arrays), { task: "wsv" });

async function written(pieceBytes?: number) {
  const path = join(await temporaryFolder(), "state.safetensors");
  await writeFile(path, chunks);
  return { path, fingerprint: await fingerprintOf(chunks, pieceBytes) };
}

describe("tensor files", () => {
  it.each([1, 7, 64, undefined])("are the same in pieces of %s bytes", async (pieceBytes) => {
    const { path, fingerprint } = await written(pieceBytes);
    const bytes = await readFile(path);
    expect(bytes).toEqual(Buffer.concat(chunks));
    expect(fingerprint).toEqual({
      bytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    });
    const { arrays: back, metadata } = await readTensorFile(path, fingerprint, pieceBytes);
    expect(Object.fromEntries(back)).toEqual(arrays);
    expect(metadata).toEqual({ task: "wsv" });
  });

  it.each([5, undefined])("refuse another size or content, read in pieces of %s bytes", async (pieceBytes) => {
    const { path, fingerprint } = await written();
    const bytes = await readFile(path);
    bytes[bytes.length - 1] ^= 1;
    await writeFile(path, bytes);
    await expect(readTensorFile(path, fingerprint, pieceBytes)).rejects.toThrow(/damaged, its sha256/);
    await writeFile(path, bytes.subarray(1));
    await expect(readTensorFile(path, fingerprint, pieceBytes)).rejects.toThrow(
      new InputError(
        `${path}: damaged, has ${bytes.length - 1} bytes, its manifest says ${bytes.length}; use an earlier checkpoint`,
      ),
    );
  });

  it("refuse what is no safetensors file, however short", async () => {
    const path = join(await temporaryFolder(), "state.safetensors");
    for (const content of ["", "text", "P5 some picture of a cat"]) {
      await writeFile(path, content);
      await expect(readTensorFile(path, await fingerprintOf([Buffer.from(content)]))).rejects.toThrow(
        /not a (complete )?safetensors file/,
      );
    }
    await expect(readTensorFile(`${path}.gone`, { bytes: 0, sha256: "" })).rejects.toThrow(
      new InputError(`${path}.gone: does not exist`),
    );
  });
});
