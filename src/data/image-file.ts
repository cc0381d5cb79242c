import sharp from "sharp";
import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { readBytes } from "../files/read.ts";
import { decodePgm, isPgm } from "./pgm.ts";

/** The files that are taken for images, by their extension. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  ".png",
  ".jpg",
  ".jpeg",
  ".pgm",
  ".webp",
  ".tif",
  ".tiff",
  ".gif",
  ".avif",
];

/**
 * Reads an image as gray [h, w], 0 black to 255 white. Colours become their luma, transparency shows white, a camera's
 * orientation is applied. PGM keeps the fractions of its 16 bits; everything else is reduced to 8 bits.
 *
 * @throws InputError for a missing, truncated or unknown file
 */
export async function readGrayImage(path: string): Promise<NdArray<Float64Array>> {
  const bytes = await readBytes(path);
  if (isPgm(bytes)) {
    const { pixels, maximum } = decodePgm(bytes, path);
    return ndarray(
      Float64Array.from(pixels.data, (value) => (value / maximum) * 255),
      pixels.shape,
    );
  }
  try {
    const { data, info } = await sharp(bytes)
      .autoOrient()
      .flatten({ background: "white" })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return ndarray(luminance(data, info.channels), [info.height, info.width]);
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new InputError(
      `${path}: cannot be read as an image (${reason}); expected PNG, JPEG, PGM, WebP, TIFF, GIF or AVIF`,
    );
  }
}

/** Interleaved channels to ITU-R 601 luma, the usual gray of image libraries, rounded; gray stays as it is. */
function luminance(data: Uint8Array, channels: number): Float64Array {
  if (channels < 3) return Float64Array.from({ length: data.length / channels }, (_, index) => data[index * channels]);
  return Float64Array.from({ length: data.length / channels }, (_, index) => {
    const [red, green, blue] = data.subarray(index * channels, index * channels + 3);
    return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  });
}

/** Writes [h, w] on the scale 0..255 as an 8-bit gray PNG, rounded and clipped, atomically. */
export async function writeGrayImage(path: string, image: NdArray): Promise<void> {
  const [height, width] = image.shape;
  const pixels = Uint8ClampedArray.from(image.data); // rounds to the nearest
  const png = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();
  await writeFileAtomic(path, png);
}
