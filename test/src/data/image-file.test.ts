import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readGrayImage, writeGrayImage } from "../../../src/data/image-file.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { formats, fromBase64 } from "../../support/formats.ts";
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

describe("writeGrayImage", () => {
  it("rounds, clips, and reads back", async () => {
    const path = join(await temporaryFolder(), "x.png");
    await writeGrayImage(path, ndarray(Float64Array.of(-5, 0.4, 1.6, 254.7, 300, 128), [2, 3]));
    expect(await readGrayImage(path)).toEqual({ shape: [2, 3], data: Float64Array.of(0, 0, 2, 255, 255, 128) });
  });
});
