import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadMatrix } from "../../../src/data/matrix.ts";
import { encodeNpy } from "../../../src/data/npy.ts";
import { encodeNpz } from "../../../src/data/npz.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { temporaryFolder } from "../../support/temporary.ts";

async function saved(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const counts = ndarray(Uint16Array.of(1, 2, 3, 4), [2, 2]);

describe("loadMatrix", () => {
  it.each<[string, Uint8Array | string]>([
    ["m.npy", encodeNpy(counts)],
    ["m.npz", encodeNpz([["counts", counts]])],
    ["m.csv", "1,2\n3,4\n"],
    ["m.tsv", "1\t2\n3\t4\n"],
    ["m.txt", "1 2\n3 4\n"],
    ["m.MTX", "%%MatrixMarket matrix array integer general\n2 2\n1\n3\n2\n4\n"],
  ])("reads %s", async (name, content) => {
    expect(await loadMatrix(await saved(name, content))).toEqual({
      kind: "matrix",
      name,
      values: { shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) },
      names: ["0", "1"],
      features: ["0", "1"],
    });
  });

  it("keeps the names of rows and columns", async () => {
    const { names, features } = await loadMatrix(await saved("m.csv", "cell,CD4,CD8\nAAAC,1,2\nAAAG,3,4\n"));
    expect(names).toEqual(["AAAC", "AAAG"]);
    expect(features).toEqual(["CD4", "CD8"]);
  });

  it.each<[string, string, Uint8Array | string, RegExp]>([
    ["an unknown extension", "m.xlsx", "", /m\.xlsx: not known as a matrix \(expected one of .npy .npz .csv/],
    [
      "three axes",
      "m.npy",
      encodeNpy(ndarray(new Uint8Array(8), [2, 2, 2])),
      /expected a matrix \[rows, columns\], got/,
    ],
    [
      "NaN",
      "m.npy",
      encodeNpy(ndarray(Float64Array.of(1, NaN), [2, 1])),
      /sample 1, at \[0\]: expected a finite number, got NaN/,
    ],
    ["no rows", "m.npy", encodeNpy(ndarray(new Uint8Array(0), [0, 4])), /no values \(shape \[0, 4\]\)/],
    ["a truncated file", "m.npy", encodeNpy(counts).subarray(0, 130), /needs 8 bytes of data, the file has 2/],
  ])("refuses %s", async (_, name, content, message) => {
    const path = await saved(name, content);
    await expect(loadMatrix(path)).rejects.toThrow(InputError);
    await expect(loadMatrix(path)).rejects.toThrow(message);
  });
});
