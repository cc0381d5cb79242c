import { basename, dirname, extname, join, readdir } from "#platform/files";
import { InputError } from "../errors.ts";
import { ndarray, sizeOf, toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { isArrayFile, readArray } from "./arrays.ts";
import { numbered, type ImageDataset } from "./dataset.ts";
import { fileError } from "../files/errors.ts";
import { allocate } from "../files/memory.ts";
import { IMAGE_EXTENSIONS, readGrayImage, type GrayImage } from "./image-file.ts";
import { parseSize, resizeArea } from "./resize.ts";

export interface ImageOptions {
  /** "64" or "68x60" (width x height): average down, or up, to this size. @default as they are */
  readonly size?: string;
}

/** The value of a white pixel. */
const WHITE = 255;

/** Names with numbers in them sort by the number: frame-2 before frame-10, in any locale. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

/**
 * Reads images as float64 [M, h, w] on the scale 0..255: a folder (its image files by name, numbers in names by value,
 * other files passed over), one image file, or a stack [M, h, w] in `.npy` or `.npz`.
 *
 * Files of 8 bits are on that scale. Of a stack, and of files of 16 or 32 bits, one rule makes it: values that lie in 0..255 with
 * some above 1 are taken as they are; where the largest is at most 1 (fractions, masks, densities) or above 255 (a camera's counts),
 * all images are scaled by one factor, so that the largest becomes 255.
 *
 * @throws InputError for an empty folder, images of different sizes (naming both), an unreadable file, values that are
 *   negative or not finite
 */
export async function loadImages(path: string, options: ImageOptions = {}): Promise<ImageDataset> {
  if (isArrayFile(path)) return imagesOfArray(await readArray(path, [3]), path, options);
  const isImage = IMAGE_EXTENSIONS.includes(extname(path).toLowerCase());
  const { values, white, names } = await readFiles(isImage ? [path] : await listImages(path));
  const scaled = white === undefined ? toFullScale(values, path) : values;
  return { kind: "images", name: basename(path), values: resized(scaled, options), names };
}

/** A stack [M, h, w] of numbers as images, scaled and checked as `loadImages` says. Throws InputError. */
export function imagesOfArray(array: NdArray, path: string, options: ImageOptions = {}): ImageDataset {
  if (array.shape.length !== 3 || sizeOf(array.shape) === 0) {
    throw new InputError(`${path}: expected a stack of images [count, height, width], got [${array.shape.join(", ")}]`);
  }
  const values = resized(toFullScale(toFloat64(array), path), options);
  return { kind: "images", name: basename(path), values, names: numbered(array.shape[0]) };
}

function resized(images: NdArray<Float64Array>, { size }: ImageOptions): NdArray<Float64Array> {
  return size === undefined ? images : resizeArea(images, parseSize(size));
}

interface Stack extends Pick<GrayImage, "white"> {
  readonly values: NdArray<Float64Array>;
  readonly names: readonly string[];
}

/** The image files of a folder by name, numbers in names by value. Throws InputError where there are none. */
export async function listImages(folder: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTDIR") throw fileError(folder, error);
    throw new InputError(
      `${folder}: not known as images; expected a folder, a .npy or .npz stack, or one of ${IMAGE_EXTENSIONS.join(" ")}`,
    );
  }
  const files = entries.filter(
    (entry) => !entry.startsWith(".") && IMAGE_EXTENSIONS.includes(extname(entry).toLowerCase()),
  );
  if (files.length === 0) {
    throw new InputError(`${folder}: no images in this folder (expected files with ${IMAGE_EXTENSIONS.join(" ")})`);
  }
  return files.sort(byName).map((file) => join(folder, file));
}

async function readFiles(paths: readonly string[]): Promise<Stack> {
  const images: GrayImage[] = [];
  for (const path of paths) {
    const image = await readGrayImage(path);
    const [first = image] = images;
    if (image.shape.join() !== first.shape.join()) {
      throw new InputError(
        `images: all must have one size, but ${paths[0]} is ${first.shape.join(" x ")} (height x width) and ` +
          `${path} is ${image.shape.join(" x ")}; crop or scale them to one size`,
      );
    }
    if (image.white !== first.white) {
      const depth = ({ white }: GrayImage): string => (white === undefined ? "more" : "8 bits");
      throw new InputError(
        `images: all must have one depth, but ${paths[0]} has ${depth(first)} and ${path} has ${depth(image)}; convert them`,
      );
    }
    images.push(image);
  }
  const size = sizeOf(images[0].shape);
  const values = allocate(Float64Array, images.length * size, dirname(paths[0]), `a stack of ${images.length} images`);
  images.forEach((image, index) => values.set(image.data, index * size));
  const names = paths.map(nameOfImage);
  return { values: ndarray(values, [images.length, ...images[0].shape]), white: images[0].white, names };
}

/** What a sample from such a file is called. */
export function nameOfImage(path: string): string {
  return basename(path, extname(path));
}

function toFullScale(images: NdArray<Float64Array>, path: string): NdArray<Float64Array> {
  const { data, shape } = images;
  let largest = 0;
  for (let index = 0; index < data.length; index++) {
    if (!(data[index] >= 0 && data[index] < Infinity)) {
      const image = Math.floor(index / sizeOf(shape.slice(1)));
      throw new InputError(`${path}: image ${image}: expected pixels that are nonnegative numbers, got ${data[index]}`);
    }
    largest = Math.max(largest, data[index]);
  }
  if (largest === 0 || (largest > 1 && largest <= WHITE)) return images;
  return ndarray(
    data.map((value) => (value / largest) * WHITE),
    shape,
  );
}
