import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { imageRows, montage } from "../../../eval/pictures/montage.ts";
import type { Raster } from "../../../eval/pictures/picture.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

/** Constant images of the given gray levels, each [h, w]. */
function flats(levels: readonly number[], height: number, width: number) {
  const data = levels.flatMap((level) => Array<number>(height * width).fill(level));
  return ndarray(Float64Array.from(data), [levels.length, height, width]);
}

/** Gray level and opacity at a pixel. */
async function pixels({ png }: Raster) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const start = info.channels * (y * info.width + x);
    return [data[start], data[start + info.channels - 1]];
  };
  return { at, info };
}

describe("montage", () => {
  it("puts images row by row on a transparent ground", async () => {
    const picture = await montage(flats([10, 20, 30], 4, 5), { range: [0, 255], columns: 2, scale: 3 });
    const { at, info } = await pixels(picture);
    const [stepX, stepY] = [15 + 12, 12 + 12];
    expect([info.width, info.height]).toEqual([stepX + 15, stepY + 12]);
    expect([picture.width, picture.height]).toEqual([info.width, info.height]);
    expect([at(0, 0), at(14, 11), at(stepX, 0), at(0, stepY)]).toEqual([
      [10, 255],
      [10, 255],
      [20, 255],
      [30, 255],
    ]);
    expect([at(15, 0)[1], at(0, 12)[1], at(stepX, stepY)[1]]).toEqual([0, 0, 0]);
  });

  it("makes every pixel a square of the scale", async () => {
    const image = ndarray(Float64Array.of(0, 100, 200, 50), [1, 2, 2]);
    const { at, info } = await pixels(await montage(image, { range: [0, 255], scale: 7 }));
    expect([info.width, info.height]).toEqual([14, 14]);
    expect([at(6, 6)[0], at(7, 6)[0], at(6, 7)[0], at(7, 7)[0]]).toEqual([0, 100, 200, 50]);
  });

  it.each([
    { side: 28, scale: 5 },
    { side: 64, scale: 2 },
    { side: 224, scale: 1 },
  ])("enlarges $side pixels $scale times by itself", async ({ side, scale }) => {
    expect((await montage(flats([1], side, side))).width).toBe(side * scale);
  });

  it.each([
    { count: 5, columns: 5 },
    { count: 13, columns: 7 },
    { count: 20, columns: 10 },
  ])("shows $count images in even rows of $columns", async ({ count, columns }) => {
    const { width } = await montage(flats(Array<number>(count).fill(1), 10, 10), { scale: 1 });
    expect(width).toBe(columns * 22 - 12);
  });
});

describe("imageRows", () => {
  it("puts image i of each group in one column", async () => {
    const groups = [
      { images: flats([10, 20, 30], 4, 4), range: [0, 255] as const },
      { images: flats([11, 21, 31], 4, 4), range: [0, 255] as const },
    ];
    const { at } = await pixels(await imageRows(groups, { columns: 2, scale: 1 }));
    const blockStep = 4 + 12 + 4 + 40;
    expect([at(0, 0), at(0, 16), at(16, 0), at(16, 16)].map(([gray]) => gray)).toEqual([10, 11, 20, 21]);
    expect([at(0, blockStep), at(0, blockStep + 16)].map(([gray]) => gray)).toEqual([30, 31]);
  });

  it("makes room for labels and captions and takes any text", async () => {
    const images = flats([1, 2], 20, 20);
    const bare = await imageRows([{ images }], { scale: 1 });
    const labelled = await imageRows([{ images, label: 'a <b> & "c"' }], { scale: 1, captions: ["<1>", "&2"] });
    expect(labelled.width).toBeGreaterThan(bare.width);
    expect(labelled.height).toBeGreaterThan(bare.height);
  });

  it("refuses groups of different shapes and a wrong number of captions", async () => {
    const images = flats([1, 2], 4, 4);
    await expect(imageRows([{ images }, { images: flats([1], 4, 4) }])).rejects.toThrow("[2, 4, 4] and [1, 4, 4]");
    await expect(imageRows([])).rejects.toThrow(InputError);
    await expect(montage(images, { captions: ["one"] })).rejects.toThrow("expected 2 captions, one an image, got 1");
  });
});
