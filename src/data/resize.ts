import { InputError } from "../errors.ts";
import { requireMemory } from "../files/memory.ts";
import { ndarray, sizeOf, toFloat64, type NdArray } from "../tensor/ndarray.ts";

/** Height and width in pixels. */
export type ImageSize = readonly [height: number, width: number];

/** Reads "64" as 64 x 64 and "68x60" as width 68, height 60, the order in which image programs name sizes. Throws InputError for anything else. */
export function parseSize(text: string): ImageSize {
  const match = /^([1-9]\d{0,4})(?:x([1-9]\d{0,4}))?$/.exec(text.trim());
  if (!match) throw new InputError(`size: expected pixels as 64 or WIDTHxHEIGHT as 68x60, got ${JSON.stringify(text)}`);
  return [Number(match[2] ?? match[1]), Number(match[1])];
}

/**
 * Resizes images [..., h, w] by averaging: a pixel of the result is the mean of the input over the area it covers, parts
 * of pixels counted by their share. The mean of the image is kept exactly. For whole ratios it equals Pillow's BOX
 * filter; for others Pillow counts a pixel fully or not at all, and moves mass by up to half a pixel.
 *
 * @returns float64 [..., height, width]
 * @throws InputError where the memory does not hold them
 */
export function resizeArea(images: NdArray, [height, width]: ImageSize): NdArray<Float64Array> {
  const lead = images.shape.slice(0, -2);
  const [h, w] = images.shape.slice(-2);
  const count = sizeOf(lead);
  const largest = Math.max(height * width, h * width) * count;
  requireMemory(largest * Float64Array.BYTES_PER_ELEMENT, "size", `resizing ${count} images to ${width} x ${height}`);
  const narrow = averageAxis(toFloat64(images).data, count * h, w, width, 1); // [..., h, width]
  return ndarray(averageAxis(narrow, count, h, height, width), [...lead, height, width]);
}

/** [outer, from, inner] -> [outer, to, inner], each result the mean over an interval of length from / to. */
function averageAxis(data: Float64Array, outer: number, from: number, to: number, inner: number): Float64Array {
  if (from === to) return data;
  const result = new Float64Array(outer * to * inner);
  for (let target = 0; target < to; target++) {
    // in units of 1 / to of an input pixel, so that the ends of the interval are whole numbers
    const begin = target * from;
    const end = begin + from;
    for (let source = Math.floor(begin / to); source * to < end; source++) {
      const share = (Math.min(end, (source + 1) * to) - Math.max(begin, source * to)) / from;
      for (let block = 0; block < outer; block++) {
        const into = (block * to + target) * inner;
        const read = (block * from + source) * inner;
        for (let index = 0; index < inner; index++) result[into + index] += share * data[read + index];
      }
    }
  }
  return result;
}
