import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSize, resizeArea } from "../../../src/data/resize.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { formats } from "../../support/formats.ts";

describe("resizeArea", () => {
  it.each(Object.entries(formats.resize))("equals Pillow's BOX filter: %s ratio", (_, { input, size, values }) => {
    const image = ndarray(Float64Array.from(input.flat()), [input.length, input[0].length]);
    const resized = resizeArea(image, size);
    expect(resized.shape).toEqual(size);
    // Pillow computes in float32
    expect(resized.data).toBeAllclose(values, { relative: 1e-6, absolute: 1e-7 });
  });

  it("treats each image of a stack alone", () => {
    const stack = ndarray(Uint8Array.of(0, 2, 4, 6, 10, 10, 20, 20), [2, 2, 2]);
    expect(resizeArea(stack, [1, 1])).toEqual({ shape: [2, 1, 1], data: Float64Array.of(3, 15) });
  });

  it("repeats pixels where it enlarges by a whole ratio", () => {
    expect([...resizeArea(ndarray(Uint8Array.of(1, 5), [1, 2]), [2, 4]).data]).toEqual([1, 1, 5, 5, 1, 1, 5, 5]);
  });

  it("keeps the mean and the range, whatever the sizes", () => {
    const extent = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(extent, extent, extent, extent, (h, w, height, width) => {
        const image = ndarray(
          Float64Array.from({ length: h * w }, (_, index) => 1 + Math.sin(index * 12.9898)),
          [h, w],
        );
        const resized = resizeArea(image, [height, width]);
        const mean = (data: Float64Array): number => data.reduce((sum, value) => sum + value, 0) / data.length;
        expect(mean(resized.data)).toBeCloseTo(mean(image.data), 12);
        expect(Math.max(...resized.data)).toBeLessThanOrEqual(Math.max(...image.data) + 1e-12);
        expect(Math.min(...resized.data)).toBeGreaterThanOrEqual(Math.min(...image.data) - 1e-12);
      }),
    );
  });

  it("refuses a size that the memory does not hold, before it is taken", () => {
    const images = ndarray(new Uint8Array(1000), [1000, 1, 1]);
    expect(() => resizeArea(images, [99_999, 99_999])).toThrow(
      /^size: resizing 1000 images to 99999 x 99999 needs 80 TB of memory, at most .* are used/,
    );
  });
});

describe("parseSize", () => {
  it("reads a square, and width x height", () => {
    expect(parseSize("64")).toEqual([64, 64]);
    expect(parseSize("68x60")).toEqual([60, 68]);
  });

  it.each(["", "0", "64x0", "-3", "6.5", "64x", "64x60x3", "64 x 60", "large", "100000"])("refuses %j", (text) => {
    expect(() => parseSize(text)).toThrow(InputError);
  });
});
