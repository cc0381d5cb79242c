import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";

/**
 * What is black and what is white: each image's own extremes, those of all images together, or two given values. Zero
 * is always black for nonnegative data, so that mass looks like mass.
 */
export type IntensityRange = "image" | "common" | readonly [black: number, white: number];

/** Gray levels of images [M, h, w], 8 bits, one image an entry. Throws InputError on another rank or a NaN. */
export function grayLevels(images: NdArray, range: IntensityRange): Uint8Array[] {
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3 || count * height * width === 0) {
    throw new InputError(`montage: expected images of shape [M, h, w], got [${images.shape.join(", ")}]`);
  }
  const size = height * width;
  const common = typeof range === "string" ? extremes(images.data) : range;
  return Array.from({ length: count }, (_, index) => {
    const pixels = images.data.subarray(index * size, (index + 1) * size);
    const [black, white] = range === "image" ? extremes(pixels) : common;
    const gain = white > black ? 255 / (white - black) : 0;
    return Uint8Array.from(pixels, (value) => Math.round(Math.min(255, Math.max(0, (value - black) * gain))));
  });
}

function extremes(values: ArrayLike<number>): readonly [number, number] {
  let [least, most] = [0, -Infinity];
  for (let index = 0; index < values.length; index++) {
    if (Number.isNaN(values[index])) throw new InputError("montage: expected numbers, got NaN");
    least = Math.min(least, values[index]);
    most = Math.max(most, values[index]);
  }
  return [least, most];
}
