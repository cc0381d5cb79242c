import { describe, expect, it } from "vitest";
import { decodePgm, isPgm } from "../../../src/data/pgm.ts";
import { InputError } from "../../../src/errors.ts";
import { ascii, formats, fromBase64 } from "../../support/formats.ts";

describe("decodePgm", () => {
  it.each([
    ["8 bits", formats.image.gray, 255],
    ["16 bits", formats.image.gray16, 65535],
  ])("reads what Pillow wrote: %s", (_, { pgm, values }, maximum) => {
    const read = decodePgm(fromBase64(pgm), "x.pgm");
    expect(read.maximum).toBe(maximum);
    expect(read.pixels.shape).toEqual([values.length, values[0].length]);
    expect([...read.pixels.data]).toEqual(values.flat());
  });

  it("reads plain numbers with comments", () => {
    const read = decodePgm(ascii("P2 # plain\n# by hand\n3 2\n#max\n15\n0 1 2\n3 # x\n14\t15"), "x.pgm");
    expect(read).toEqual({ maximum: 15, pixels: { shape: [2, 3], data: Uint16Array.of(0, 1, 2, 3, 14, 15) } });
  });

  it("takes the byte after the one blank for a pixel, even where it is a blank", () => {
    expect([...decodePgm(ascii("P5 2 1 255\n\n#"), "x.pgm").pixels.data]).toEqual([10, 35]);
  });

  it.each([
    ["another format", "P6 1 1 255\nabc", /not a PGM image/],
    ["a header cut short", "P5 2", /malformed PGM header/],
    ["a negative width", "P5 -2 1 255\n", /malformed PGM header/],
    ["a maximum of 0", "P5 1 1 0\n\0", /malformed PGM header/],
    ["a maximum of 70000", "P5 1 1 70000\n\0\0\0", /malformed PGM header/],
    ["a huge size", "P5 99999 99999 255\nabc", /truncated, expected 9999800001 pixels .*, got 3/],
    ["missing bytes", "P5 2 2 255\nabc", /truncated, expected 4 pixels \(2 x 2\), got 3/],
    ["missing numbers", "P2 2 2 255\n1 2 345678", /pixel 2: expected a number up to 255, got 345678/],
    ["a word", "P2 2 1 255\n1 x      ", /pixel 1: expected a number up to 255, got NaN/],
    ["a pixel above the maximum", "P5 1 1 9\nA", /pixel 0: expected a number up to 9, got 65/],
  ])("refuses %s", (_, text, message) => {
    expect(() => decodePgm(ascii(text), "x.pgm")).toThrow(InputError);
    expect(() => decodePgm(ascii(text), "x.pgm")).toThrow(message);
  });
});

describe("isPgm", () => {
  it("looks at the first two bytes", () => {
    expect([ascii("P5 1"), ascii("P2"), ascii("P4"), ascii("P"), ascii("")].map(isPgm)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
