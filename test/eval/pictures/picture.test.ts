import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { toPng } from "../../../eval/pictures/picture.ts";
import { InputError } from "../../../src/errors.ts";

const square =
  '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="6"><rect width="5" height="6" fill="currentColor"/></svg>';

describe("toPng", () => {
  it("renders a drawing in black on white at twice its size", async () => {
    const { data, info } = await sharp(await toPng({ kind: "svg", svg: square }))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([20, 12, 3]);
    expect([data[0], data[3 * 19]]).toEqual([0, 255]);
  });

  it("passes a raster on", async () => {
    const png = Uint8Array.of(1, 2);
    expect(await toPng({ kind: "png", png, width: 1, height: 1 })).toBe(png);
  });

  it("refuses what is no drawing", async () => {
    await expect(toPng({ kind: "svg", svg: "no drawing" })).rejects.toThrow(InputError);
  });
});
