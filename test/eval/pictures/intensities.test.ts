import { describe, expect, it } from "vitest";
import { grayLevels } from "../../../eval/pictures/intensities.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

const images = ndarray(Float64Array.of(0, 1, 2, 4, 2, 2, 2, 8), [2, 2, 2]);
const signed = ndarray(Float64Array.of(-1, 0, 1, 0.5), [1, 2, 2]);

describe("grayLevels", () => {
  it.each([
    ["image", [0, 64, 128, 255, 64, 64, 64, 255]],
    ["common", [0, 32, 64, 128, 64, 64, 64, 255]],
    [[1, 3] as const, [0, 0, 128, 255, 128, 128, 128, 255]],
  ] as const)("scales by %j", (range, expected) => {
    expect(grayLevels(images, range).flatMap((levels) => [...levels])).toEqual(expected);
  });

  it("shows the smallest value as black where values are negative", () => {
    expect([...grayLevels(signed, "image")[0]]).toEqual([0, 128, 255, 191]);
  });

  it("shows an image of zeros as black", () => {
    expect([...grayLevels(ndarray(new Float64Array(4), [1, 2, 2]), "image")[0]]).toEqual([0, 0, 0, 0]);
  });

  it("refuses another rank and NaN", () => {
    expect(() => grayLevels(ndarray(new Float64Array(4), [2, 2]), "image")).toThrow("got [2, 2]");
    expect(() => grayLevels(ndarray(Float64Array.of(NaN), [1, 1, 1]), "image")).toThrow(InputError);
  });
});
