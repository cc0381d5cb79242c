import sharp from "sharp";
import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { readBytes, writeFileAtomic } from "./files.ts";
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
 * Reads an image as gray [h, w], 0 black to 255 white. Colours become their luminance, transparency shows white, a camera's
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
      .toColourspace("b-w")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return ndarray(Float64Array.from(data), [info.height, info.width]);
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new InputError(
      `${path}: cannot be read as an image (${reason}); expected PNG, JPEG, PGM, WebP, TIFF, GIF or AVIF`,
    );
  }
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
