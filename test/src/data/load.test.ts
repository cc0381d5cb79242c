import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeGrayImage } from "../../../src/data/image-file.ts";
import { loadData } from "../../../src/data/load.ts";
import { writeNpy } from "../../../src/data/npy.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("loadData", () => {
  it.each([
    [[2, 3], "matrix"],
    [[2, 3, 1], "images"],
    [[1, 2, 3, 1], "histograms"],
  ])("takes an array %j for %s", async (shape, kind) => {
    const path = join(await temporaryFolder(), "x.npy");
    await writeNpy(path, ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6), shape));
    const data = await loadData(path, { masses: true });
    expect(data.kind).toBe(kind);
    expect(data.values).toEqual({ shape, data: Float64Array.of(1, 2, 3, 4, 5, 6) });
    expect(data.names).toHaveLength(shape[0]);
  });

  it("takes a folder for images and a table for a matrix", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "photos.csv")); // what it is decides, not its name
    await writeGrayImage(join(folder, "photos.csv", "a.png"), ndarray(new Uint8Array(4), [2, 2]));
    expect(await loadData(join(folder, "photos.csv"), { size: "1" })).toMatchObject({
      kind: "images",
      name: "photos.csv",
    });
    await writeFile(join(folder, "x.csv"), "1,2\n");
    expect(await loadData(join(folder, "x.csv"))).toMatchObject({ kind: "matrix", name: "x.csv" });
  });

  it.each([
    ["a negative value", "1,2\n3,-4\n", "x.csv: sample 1, at [1]: expected a nonnegative number, got -4"],
    [
      "an all-zero row",
      "n,a,b\nfirst,1,2\nsecond,0,0\n",
      "x.csv: sample second is all zero, expected some mass; leave it out",
    ],
  ])("refuses %s among masses only", async (_, text, message) => {
    const path = join(await temporaryFolder(), "x.csv");
    await writeFile(path, text);
    await expect(loadData(path, { masses: true })).rejects.toThrow(new InputError(message));
    expect((await loadData(path)).kind).toBe("matrix");
  });

  it("refuses what it cannot read, in one line", async () => {
    const folder = await temporaryFolder();
    await expect(loadData(join(folder, "none.npy"))).rejects.toThrow(
      /none\.npy: does not exist; expected data: a folder of images or one of \.npy/,
    );
    await expect(loadData(folder)).rejects.toThrow(/no images in this folder/);
    await writeFile(join(folder, "x.pdf"), "");
    await expect(loadData(join(folder, "x.pdf"))).rejects.toThrow(
      /unknown kind of file; expected a folder of images or/,
    );
    await writeNpy(join(folder, "x.npy"), ndarray(Float64Array.of(1), [1]));
    await expect(loadData(join(folder, "x.npy"))).rejects.toThrow(/expected a matrix .* got \[1\]/);
    await writeFile(join(folder, "x.csv"), "1,2\n");
    await expect(loadData(join(folder, "x.csv"), { size: "64" })).rejects.toThrow(/a size \(64\) is for images/);
  });
});
