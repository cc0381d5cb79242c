import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  mean,
  meanPsnr,
  meanSquaredError,
  normalizedMeanSquaredError,
  perImage,
  psnr,
} from "../../../eval/metrics/images.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { flatten } from "../../support/allclose.ts";

const stored = JSON.parse(readFileSync(new URL("../../reference/psnr.json", import.meta.url), "utf8"));
const image = flatten(stored.image);
const reference = flatten(stored.reference);

describe("image metrics", () => {
  it("equal the reference", () => {
    expect([meanSquaredError(image, reference)]).toBeAllclose([stored.meanSquaredError], { relative: 1e-12 });
    expect([psnr(image, reference, 1)]).toBeAllclose([stored.psnrPeak1], { relative: 1e-12 });
    expect([psnr(image, reference, Math.max(...reference))]).toBeAllclose([stored.psnrPeakMax], { relative: 1e-12 });
  });

  it("have a peak of 255 unless told otherwise", () => {
    expect(psnr([0, 255], [0, 254])).toBeCloseTo(10 * Math.log10((255 * 255) / 0.5), 12);
  });

  it("do not depend on the unit when the peak has it too", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (unit) => {
        const scaled = [image, reference].map((values) => values.map((value) => unit * value));
        expect(psnr(scaled[0], scaled[1], unit)).toBeCloseTo(stored.psnrPeak1, 9);
        expect(normalizedMeanSquaredError(scaled[0], scaled[1])).toBeCloseTo(
          normalizedMeanSquaredError(image, reference),
          12,
        );
      }),
    );
  });

  it("give infinity for equal images and 1 for an image of nothing", () => {
    expect(psnr(reference, reference)).toBe(Infinity);
    expect(normalizedMeanSquaredError([0, 0], [3, 4])).toBe(1);
  });

  it("leave exact images out of the mean PSNR, and say how many", () => {
    expect(meanPsnr(Float64Array.of(30, Infinity, 40))).toEqual({ mean: 35, exact: 1 });
    expect(meanPsnr(Float64Array.of(Infinity, Infinity))).toEqual({ mean: Infinity, exact: 2 });
    expect(meanPsnr(Float64Array.of(30, 40))).toEqual({ mean: 35, exact: 0 });
    expect(meanPsnr(Float64Array.of(30, NaN)).mean).toBeNaN();
  });

  it("average the ratios of the images, not the errors", () => {
    const references = ndarray(Float64Array.of(0, 0, 0, 0), [2, 1, 2]);
    const images = ndarray(Float64Array.of(1, 1, 10, 10), [2, 1, 2]);
    const ratios = perImage(images, references);
    expect(ratios).toBeAllclose([20 * Math.log10(255), 20 * Math.log10(25.5)]);
    expect(mean(ratios)).toBeCloseTo(20 * Math.log10(255) - 10, 12);
    expect(perImage(images, references, meanSquaredError)).toBeAllclose([1, 100]);
  });

  it("refuse sizes that differ and a peak that is not positive", () => {
    expect(() => psnr([1, 2], [1])).toThrow(InputError);
    expect(() => meanSquaredError([], [])).toThrow(InputError);
    expect(() => psnr([1], [1], 0)).toThrow("expected a positive peak, got 0");
    const [left, right] = [ndarray(new Float64Array(4), [2, 2]), ndarray(new Float64Array(4), [1, 4])];
    expect(() => perImage(left, right)).toThrow("got [2, 2] and [1, 4]");
  });
});
