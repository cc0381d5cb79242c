import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ImageDataset } from "../../../../src/data/dataset.ts";
import { writeGrayImage } from "../../../../src/data/image-file.ts";
import { loadImages } from "../../../../src/data/images.ts";
import { writeNpy } from "../../../../src/data/npy.ts";
import { memoryRows, openRows } from "../../../../src/data/stream/sources.ts";
import { openStream, sampleOf } from "../../../../src/data/stream/stream.ts";
import { ndarray, type TypedArray } from "../../../../src/tensor/ndarray.ts";
import { temporaryFolder } from "../../../support/temporary.ts";

const SHAPE = [5, 2, 3] as const;
const VALUES = Array.from({ length: 30 }, (_, index) => ((7 * index) % 23) + 2);
const ROWS = [3, 0, 1, 4, 1];
const rowsOf = (values: readonly number[]) => ROWS.flatMap((row) => values.slice(row * 6, row * 6 + 6));

async function npy(data: TypedArray, shape: readonly number[] = SHAPE): Promise<string> {
  const path = join(await temporaryFolder(), "images.npy");
  await writeNpy(path, ndarray(data, shape));
  return path;
}

describe("rows of a .npy file", () => {
  it.each([Float64Array, Float32Array, Int32Array, Uint16Array, Int16Array, Uint8Array])(
    "are read from %o",
    async (Type) => {
      const stream = await openStream(await openRows(await npy(Type.from(VALUES))));
      expect(stream.shape).toEqual(SHAPE);
      expect(Array.from(await stream.read(ROWS))).toEqual(rowsOf(VALUES));
    },
  );

  it("are scaled as those of a stack in memory", async () => {
    const path = await npy(Float32Array.from(VALUES, (value) => value / 50));
    const stream = await openStream(await openRows(path), { size: "4x3" });
    const { values } = await loadImages(path, { size: "4x3" });
    expect(stream.shape).toEqual([5, 3, 4]);
    expect(await stream.read([0, 1, 2, 3, 4])).toBeAllclose(values.data);
  });

  it("are known again by what they hold, and as many as are asked for", async () => {
    const open = async (values: number[], limit?: number) =>
      openStream(await openRows(await npy(Uint8Array.from(values))), { limit });
    const { fingerprint } = await open(VALUES);
    expect((await open(VALUES)).fingerprint).toBe(fingerprint);
    expect((await open(VALUES.with(29, 9))).fingerprint).not.toBe(fingerprint);
    const some = await open(VALUES, 2);
    expect(some.shape).toEqual([2, 2, 3]);
    expect(some.fingerprint).not.toBe(fingerprint);
  });

  it("are refused where they are no masses", async () => {
    const opened = async (data: TypedArray, shape?: readonly number[]) =>
      openStream(await openRows(await npy(data, shape)));
    await expect(opened(Float64Array.from(VALUES.with(7, -1)))).rejects.toThrow(
      /sample 1: expected nonnegative numbers, got -1/,
    );
    await expect(opened(Float64Array.from(VALUES.with(7, NaN)))).rejects.toThrow(/sample 1: .*got NaN/);
    await expect(opened(Uint8Array.from(VALUES.fill(0, 12, 18)))).rejects.toThrow(/sample 2 is all zero/);
    await expect(opened(Uint8Array.from([1, 2]), [2])).rejects.toThrow(/expected samples as .* got \[2\]/);
  });

  it("are refused where the file has changed since", async () => {
    const path = await npy(Uint8Array.from({ length: 30 }, (_, index) => index + 1));
    const stream = await openStream(await openRows(path));
    await writeNpy(path, ndarray(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]));
    await expect(stream.read([0])).rejects.toThrow(/bytes now, .* when it was opened/);
  });
});

it("reads IDX files, gzipped too", async () => {
  const values = Array.from({ length: 30 }, (_, index) => index + 1);
  const bytes = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 3, ...values]);
  const folder = await temporaryFolder();
  await writeFile(join(folder, "images-idx3-ubyte"), bytes);
  await writeFile(join(folder, "images-idx3-ubyte.gz"), gzipSync(bytes));
  for (const name of ["images-idx3-ubyte", "images-idx3-ubyte.gz"]) {
    const stream = await openStream(await openRows(join(folder, name)));
    expect(stream.shape).toEqual(SHAPE);
    expect(Array.from(await stream.read(ROWS))).toEqual(rowsOf(values));
  }
});

it("decodes the images of a folder when they are asked for", async () => {
  const folder = await temporaryFolder();
  const image = (index: number) =>
    ndarray(
      Uint8Array.from({ length: 6 }, (_, pixel) => 10 * index + pixel + 1),
      [2, 3],
    );
  for (let index = 0; index < 5; index++) await writeGrayImage(join(folder, `frame-${index}.png`), image(index));
  const stream = await openStream(await openRows(folder));
  expect(Array.from(await stream.read([4, 2]))).toEqual([...image(4).data, ...image(2).data]);
  expect(stream.nameOf(2)).toBe("frame-2");
  await writeGrayImage(join(folder, "frame-5.png"), ndarray(Uint8Array.of(1, 2), [1, 2]));
  await expect(openStream(await openRows(folder))).rejects.toThrow(
    /all must be alike, .*frame-0.png is 2 x 3 .*frame-5.png is 1 x 2/,
  );
});

it("refuses what has no rows to be read by themselves", async () => {
  await expect(openRows("table.csv")).rejects.toThrow(/table.csv/);
  const folder = await temporaryFolder();
  await writeFile(join(folder, "table.csv"), "1,2");
  await expect(openRows(join(folder, "table.csv"))).rejects.toThrow(/cannot be read in batches; expected a .npy file/);
});

it("takes a sample that is evenly spaced", async () => {
  const values = ndarray(
    Float64Array.from({ length: 10 }, (_, index) => index + 1),
    [10, 1, 1],
  );
  const images: ImageDataset = { kind: "images", name: "set", values, names: Array.from("abcdefghij") };
  const sample = await sampleOf(await openStream(memoryRows(images)), 4);
  expect(sample).toMatchObject({ kind: "images", names: ["a", "c", "f", "h"] });
  expect(Array.from(sample.values.data)).toEqual([1, 3, 6, 8]);
});
