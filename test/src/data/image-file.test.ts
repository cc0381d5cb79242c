import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readGrayImage, writeGrayImage } from "../../../src/data/image-file.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { formats, fromBase64 } from "../../support/formats.ts";
import { encodeTiff } from "../../support/tiff.ts";
import { temporaryFolder } from "../../support/temporary.ts";

async function saved(name: string, content: Uint8Array | string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

const { gray, gray16, rgb, transparent, jpeg } = formats.image;

describe("readGrayImage", () => {
  it.each([
    ["gray.png", gray.png, gray.values, 0],
    ["gray.pgm", gray.pgm, gray.values, 0],
    ["gray16.pgm", gray16.pgm, gray16.values.map((row) => row.map((value) => (value / 65535) * 255)), 1e-12],
    ["transparent.png", transparent.png, transparent.values, 0],
    ["photo.jpg", jpeg.bytes, jpeg.values, 1], // decoders may round differently
    ["colour.png", rgb.png, rgb.values, 1], // Pillow weighs with integers
  ])("reads what Pillow wrote: %s", async (name, bytes, values, absolute) => {
    const image = await readGrayImage(await saved(name, fromBase64(bytes)));
    expect(image.shape).toEqual([values.length, values[0].length]);
    expect(image.data).toBeAllclose(values, { relative: 0, absolute });
  });

  it.each([
    ["a truncated PNG", "x.png", fromBase64(gray.png).subarray(0, 60)],
    ["a truncated JPEG", "x.jpg", fromBase64(jpeg.bytes).subarray(0, 300)],
    ["text", "x.png", "not an image"],
    ["nothing", "x.png", ""],
  ])("refuses %s in one line", async (_, name, content) => {
    const path = await saved(name, content);
    const failure = await readGrayImage(path).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as Error).message).toMatch(/^.*x\.(png|jpg): cannot be read as an image \(.+\); expected PNG, .*$/);
  });

  it("refuses a truncated PGM and a missing file", async () => {
    await expect(readGrayImage(await saved("x.pgm", "P5 2 2 255\nab"))).rejects.toThrow(/truncated, expected 4 pixels/);
    await expect(readGrayImage("none.png")).rejects.toThrow("none.png: does not exist");
  });
});

describe("readGrayImage of more than 8 bits", () => {
  const [width, height] = [64, 32];
  const count = width * height;
  const ramp = Array.from({ length: count }, (_, index) => index);
  const png16 = (data: Uint16Array, channels: 1 | 2 | 3 | 4) =>
    sharp(data, { raw: { width, height, channels } })
      .toColourspace(channels < 3 ? "grey16" : "rgb16")
      .png()
      .toBuffer();
  const tiff = (data: ArrayBufferView, bits: number, format: 1 | 2 | 3, samples = 1) =>
    encodeTiff([{ width, height, data, bits, format, samples }]);

  it.each<[string, string, () => Uint8Array | Promise<Uint8Array>, readonly number[]]>([
    ["every level of a 16-bit PNG", "x.png", () => png16(Uint16Array.from(ramp), 1), ramp],
    ["every level of a 16-bit TIFF", "x.tif", () => tiff(Uint16Array.from(ramp), 16, 1), ramp],
    [
      "32-bit integers",
      "x.tif",
      () =>
        tiff(
          Uint32Array.from(ramp, (x) => x * 2_000_000),
          32,
          1,
        ),
      ramp.map((x) => x * 2_000_000),
    ],
    [
      "fractions in 32-bit floats",
      "x.tif",
      () =>
        tiff(
          Float32Array.from(ramp, (x) => x / count),
          32,
          3,
        ),
      ramp.map((x) => x / count),
    ],
    [
      "floats below zero",
      "x.tif",
      () =>
        tiff(
          Float32Array.from(ramp, (x) => x - 9),
          32,
          3,
        ),
      ramp.map((x) => x - 9),
    ],
    [
      "the luma of 16-bit colours",
      "x.png",
      () => png16(Uint16Array.from(ramp.flatMap((x) => [x, 2 * x, 3 * x])), 3),
      ramp.map((x) => x * (0.299 + 2 * 0.587 + 3 * 0.114)),
    ],
    [
      "the luma of float colours",
      "x.tif",
      () => tiff(Float32Array.from(ramp.flatMap((x) => [x, x, 0])), 32, 3, 3),
      ramp.map((x) => x * (0.299 + 0.587)),
    ],
    [
      "gray with transparency over white",
      "x.png",
      () => png16(Uint16Array.from(ramp.flatMap((x) => [x, 13107])), 2),
      ramp.map((x) => x / 5 + (65535 * 4) / 5),
    ],
  ])("keeps %s", async (_, name, encode, values) => {
    const image = await readGrayImage(await saved(name, await encode()));
    expect(image.white).toBeUndefined();
    expect(image.shape).toEqual([height, width]);
    expect(image.data).toBeAllclose(values, { relative: 1e-12, absolute: 0 });
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    [
      "signed 16 bits",
      () =>
        tiff(
          Int16Array.from(ramp, (x) => x - 9),
          16,
          2,
        ),
      /pixels of type short, 16 bits/,
    ],
    [
      "signed 8 bits",
      () =>
        tiff(
          Int8Array.from(ramp, (x) => x % 100),
          8,
          2,
        ),
      /pixels of type char, 8 bits/,
    ],
    ["half precision", () => tiff(Uint16Array.from(ramp), 16, 3), /pixels of type float, 16 bits/],
    ["double precision", () => tiff(Float64Array.from(ramp), 64, 3), /cannot be read as an image/],
    [
      "floats with transparency",
      () => tiff(Float32Array.from({ length: 2 * count }), 32, 3, 2),
      /with transparency are not read/,
    ],
    [
      "several pages, of which one would be read",
      () =>
        encodeTiff(
          [1, 2].map((value) => ({ width, height, data: new Uint8Array(count).fill(value), bits: 8, format: 1 })),
        ),
      /x\.tif: holds 2 pages or frames, expected one image; save each as a file, or all as \.npy/,
    ],
  ])("refuses %s in one line", async (_, encode, message) => {
    const path = await saved("x.tif", encode());
    await expect(readGrayImage(path)).rejects.toThrow(InputError);
    await expect(readGrayImage(path)).rejects.toThrow(message);
  });

  it("reads palettes, a few bits and gray with transparency of 8 bits", async () => {
    const colours = Uint8Array.from(ramp.flatMap((x) => Array<number>(3).fill((x % 3) * 100)));
    const palette = await sharp(colours, { raw: { width, height, channels: 3 } })
      .png({ palette: true, colours: 4 })
      .toBuffer();
    expect((await sharp(palette).metadata()).isPalette).toBe(true);
    const image = await readGrayImage(await saved("x.png", palette));
    expect(image).toMatchObject({ white: 255, data: Float64Array.from(ramp, (x) => (x % 3) * 100) });
    const bits = await sharp(
      Uint8Array.from(ramp, (x) => (x % 2) * 255),
      { raw: { width, height, channels: 1 } },
    )
      .toColourspace("b-w")
      .tiff({ bitdepth: 1, compression: "none" })
      .toBuffer();
    expect((await readGrayImage(await saved("x.tif", bits))).data).toEqual(
      Float64Array.from(ramp, (x) => (x % 2) * 255),
    );
    const transparent = await sharp(Uint8Array.from(ramp.flatMap((x) => [x % 256, 51])), {
      raw: { width, height, channels: 2 },
    })
      .toColourspace("b-w")
      .png()
      .toBuffer();
    const over = await readGrayImage(await saved("x.png", transparent));
    expect(over.data).toBeAllclose(
      ramp.map((x) => (x % 256) / 5 + 204),
      { relative: 0, absolute: 1 },
    );
  });

  it("refuses a picture of a few bytes that claims 30000 x 30000 pixels", async () => {
    const png = Buffer.from(await png16(Uint16Array.from(ramp), 1));
    png.writeUInt32BE(30000, 16);
    png.writeUInt32BE(30000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await expect(readGrayImage(await saved("x.png", png))).rejects.toThrow(
      /^.*x\.png: (an image of 30000 x 30000 needs 14\.4 GB|cannot be read as an image)/,
    );
  });
});

describe("writeGrayImage", () => {
  it("rounds, clips, and reads back", async () => {
    const path = join(await temporaryFolder(), "x.png");
    await writeGrayImage(path, ndarray(Float64Array.of(-5, 0.4, 1.6, 254.7, 300, 128), [2, 3]));
    expect(await readGrayImage(path)).toEqual({
      shape: [2, 3],
      data: Float64Array.of(0, 0, 2, 255, 255, 128),
      white: 255,
    });
  });
});
