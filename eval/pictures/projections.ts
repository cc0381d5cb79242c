import { rowsOf, sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { InputError } from "../../src/errors.ts";
import type { ImageGroup } from "./montage.ts";

const AXES = [0, 1, 2] as const;

/**
 * Volumes [M, d, h, w] as they look along each of their axes: the largest value on every line of sight. Three groups of images, all of
 * one size, the smaller ones in the middle of a black ground. Throws InputError on another rank.
 */
export function projections(label: string, { shape, data }: NdArray): ImageGroup[] {
  const [count, ...extents] = shape;
  if (extents.length !== 3) {
    throw new InputError(`projections: expected volumes [M, d, h, w], got shape [${shape.join(", ")}]`);
  }
  const volumes = rowsOf(Float64Array.from(data), sizeOf(extents));
  const [depth, height] = extents;
  const size = [Math.max(depth, height), Math.max(height, extents[2])];
  return AXES.map((axis) => ({
    label: `${label}, axis ${axis + 1}`,
    images: {
      shape: [count, ...size],
      data: Float64Array.from(volumes.flatMap((volume) => Array.from(projection(volume, extents, axis, size)))),
    },
  }));
}

/** One volume along one axis, in the middle of an image of the given size. */
function projection(
  volume: Float64Array,
  extents: readonly number[],
  axis: (typeof AXES)[number],
  [height, width]: readonly number[],
): Float64Array {
  const [rows, columns] = AXES.filter((other) => other !== axis);
  const top = Math.floor((height - extents[rows]) / 2);
  const left = Math.floor((width - extents[columns]) / 2);
  const image = new Float64Array(height * width);
  volume.forEach((value, index) => {
    const place = [
      Math.floor(index / (extents[1] * extents[2])),
      Math.floor(index / extents[2]) % extents[1],
      index % extents[2],
    ];
    const at = (top + place[rows]) * width + left + place[columns];
    image[at] = Math.max(image[at], value);
  });
  return image;
}
