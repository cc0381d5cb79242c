import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { loadImages } from "../../../src/data/images.ts";
import { writeGrayImage } from "../../../src/data/image-file.ts";
import { writeNpy } from "../../../src/data/npy.ts";
import { writeNpz } from "../../../src/data/npz.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray, type TypedArray } from "../../../src/tensor/ndarray.ts";
import { encodeTiff } from "../../support/tiff.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** A folder with constant images of these names, the gray value counting up from 10. */
async function imageFolder(names: readonly string[], shape = [2, 2]): Promise<string> {
  const folder = await temporaryFolder();
  for (const [index, name] of names.entries()) {
    const data = new Uint8Array(shape[0] * shape[1]).fill(10 + index);
    await writeGrayImage(join(folder, name), ndarray(data, shape));
  }
  return folder;
}

async function savedStack(data: TypedArray, shape: number[]): Promise<string> {
  const path = join(await temporaryFolder(), "stack.npy");
  await writeNpy(path, ndarray(data, shape));
  return path;
}

describe("loadImages", () => {
  it("reads a folder by name, numbers by value, and passes over other files", async () => {
    const folder = await imageFolder(["frame-10.png", "frame-2.png", "frame-1.PNG"]);
    await writeFile(join(folder, "notes.txt"), "x");
    await writeFile(join(folder, ".hidden.png"), "x");
    const images = await loadImages(folder);
    expect(images.kind).toBe("images");
    expect(images.names).toEqual(["frame-1", "frame-2", "frame-10"]);
    expect(images.values.shape).toEqual([3, 2, 2]);
    expect([...images.values.data]).toEqual([12, 12, 12, 12, 11, 11, 11, 11, 10, 10, 10, 10]);
  });

  it("resizes to width x height", async () => {
    const folder = await imageFolder(["a.png"], [4, 6]);
    expect((await loadImages(folder, { size: "3x2" })).values).toEqual({
      shape: [1, 2, 3],
      data: new Float64Array(6).fill(10),
    });
    await expect(loadImages(folder, { size: "big" })).rejects.toThrow(InputError);
  });

  it("reads one image", async () => {
    const folder = await imageFolder(["a.png"]);
    const images = await loadImages(join(folder, "a.png"));
    expect(images.names).toEqual(["a"]);
    expect(images.values.shape).toEqual([1, 2, 2]);
  });

  it("scales 16-bit files by one factor, so that no level is lost", async () => {
    const folder = await temporaryFolder();
    for (const [name, first] of [
      ["a.png", 0],
      ["b.png", 1024],
    ] as const) {
      const levels = Uint16Array.from({ length: 1024 }, (_, index) => first + index);
      const raw = { width: 32, height: 32, channels: 1 } as const;
      await writeFile(join(folder, name), await sharp(levels, { raw }).toColourspace("grey16").png().toBuffer());
    }
    const { data } = (await loadImages(folder)).values;
    expect(data).toBeAllclose(Array.from({ length: 2048 }, (_, level) => (level / 2047) * 255));
    await writeGrayImage(join(folder, "c.png"), ndarray(new Uint8Array(1024), [32, 32]));
    await expect(loadImages(folder)).rejects.toThrow(
      /all must have one depth, but .*a\.png has more and .*c\.png has 8 bits/,
    );
  });

  it("reads fractions in a float TIFF, and refuses negative ones", async () => {
    const path = join(await temporaryFolder(), "x.tif");
    const save = (...data: number[]) =>
      writeFile(path, encodeTiff([{ width: 2, height: 1, data: Float32Array.from(data), bits: 32, format: 3 }]));
    await save(0.25, 1);
    expect([...(await loadImages(path)).values.data]).toEqual([63.75, 255]);
    await save(-0.25, 1);
    await expect(loadImages(path)).rejects.toThrow(/expected pixels that are nonnegative numbers, got -0\.25/);
  });

  it.each<[string, TypedArray, number[]]>([
    ["bytes", Uint8Array.of(0, 7, 200, 3), [0, 7, 200, 3]],
    ["numbers up to 255", Float64Array.of(0, 7.5, 200, 3), [0, 7.5, 200, 3]],
    ["fractions", Float32Array.of(0, 0.25, 0.5, 1), [0, 63.75, 127.5, 255]],
    ["densities", Float64Array.of(0, 0.01, 0.02, 0.04), [0, 63.75, 127.5, 255]],
    ["16 bits", Uint16Array.of(0, 1000, 2000, 4000), [0, 63.75, 127.5, 255]],
    ["black", new Uint8Array(4), [0, 0, 0, 0]],
  ])("brings a stack of %s to 0..255", async (_, data, expected) => {
    const images = await loadImages(await savedStack(data, [2, 1, 2]));
    expect(images.values.shape).toEqual([2, 1, 2]);
    expect(images.values.data).toBeAllclose(expected);
    expect(images.names).toEqual(["0", "1"]);
  });

  it("takes the one stack of an archive", async () => {
    const path = join(await temporaryFolder(), "x.npz");
    const stack = ndarray(Uint8Array.of(1, 2, 3, 4), [1, 2, 2]);
    await writeNpz(path, Object.entries({ labels: ndarray(Uint8Array.of(5), [1]), stack }));
    expect([...(await loadImages(path)).values.data]).toEqual([1, 2, 3, 4]);
    await writeNpz(path, Object.entries({ one: stack, two: stack }));
    await expect(loadImages(path)).rejects.toThrow(/expected one array with 3 axes, it holds: one \[1, 2, 2\], two/);
  });

  it("names two images of different sizes", async () => {
    const folder = await imageFolder(["a.png", "b.png"]);
    await writeGrayImage(join(folder, "c.png"), ndarray(new Uint8Array(6), [2, 3]));
    await expect(loadImages(folder, { size: "2" })).rejects.toThrow(
      /a\.png is 2 x 2 \(height x width\) and .*c\.png is 2 x 3; crop or scale them/,
    );
  });

  it("refuses what holds no images", async () => {
    const folder = await temporaryFolder();
    await expect(loadImages(folder)).rejects.toThrow(/no images in this folder/);
    await expect(loadImages(join(folder, "none"))).rejects.toThrow(/none: does not exist/);
    await mkdir(join(folder, "sub.png"));
    await expect(loadImages(folder)).rejects.toThrow(/sub\.png: is a folder, expected a file/);
    await writeFile(join(folder, "x.doc"), "x");
    await expect(loadImages(join(folder, "x.doc"))).rejects.toThrow(/x\.doc: not known as images/);
  });

  it("refuses stacks that are no images", async () => {
    await expect(loadImages(await savedStack(new Uint8Array(4), [2, 2]))).rejects.toThrow(
      /expected a stack of images \[count, height, width\], got \[2, 2\]/,
    );
    await expect(loadImages(await savedStack(new Uint8Array(0), [0, 2, 2]))).rejects.toThrow(InputError);
    await expect(loadImages(await savedStack(Float64Array.of(1, 2, 3, -1), [2, 1, 2]))).rejects.toThrow(
      /image 1: expected pixels that are nonnegative numbers, got -1/,
    );
    await expect(loadImages(await savedStack(Float64Array.of(1, NaN), [2, 1, 1]))).rejects.toThrow(
      /image 1: .* got NaN/,
    );
  });
});
