import type { Metadata } from "sharp";
import { sharp } from "#platform/images";
import { InputError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { requireMemory } from "../files/memory.ts";
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

/** A gray image [h, w] as its file has it. */
export interface GrayImage extends NdArray<Float64Array> {
  /**
   * The value of white: 255 for 8 bits (and for PGM, whose header says it, scaled to it). Undefined for 16 and 32 bits, which hold
   * what a camera or a program counted on a scale of its own.
   */
  readonly white: 255 | undefined;
}

/** Element types of images without a white of their own, and the colour spaces in which their values come out as they are. */
const OPEN_SCALES: Readonly<Record<string, { readonly spaces: readonly string[]; readonly type: ElementType }>> = {
  ushort: { spaces: ["grey16", "rgb16"], type: Uint16Array },
  uint: { spaces: ["b-w"], type: Uint32Array },
  float: { spaces: ["b-w", "scrgb"], type: Float32Array },
};
type ElementType = new (buffer: ArrayBuffer) => Uint16Array | Uint32Array | Float32Array;

/**
 * Reads an image as gray [h, w]. Colours become their luma, transparency shows white, a camera's orientation is applied. Images of
 * 8 bits (and fewer, and palettes) are on a scale from 0 black to 255 white, 16 and 32-bit ones (unsigned integers and floats) keep
 * their values.
 *
 * @throws InputError for a missing, truncated or unknown file; for several pages, signed or half-precision pixels and float images
 *   with transparency, which would not come out right; for an image that is too large for the memory, before it is decoded
 */
export async function readGrayImage(path: string): Promise<GrayImage> {
  const bytes = await readBytes(path);
  if (isPgm(bytes)) {
    const { pixels, maximum } = decodePgm(bytes, path);
    const data = Float64Array.from(pixels.data, (value) => (value / maximum) * 255);
    return { ...ndarray(data, pixels.shape), white: 255 };
  }
  try {
    const metadata = await sharp(bytes).metadata();
    checkKind(metadata, path);
    return metadata.depth === "uchar" ? await decode8bit(bytes) : await decodeOpenScale(bytes, metadata);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = (error as Error).message.split("\n")[0];
    throw new InputError(
      `${path}: cannot be read as an image (${reason}); expected PNG, JPEG, PGM, WebP, TIFF, GIF or AVIF`,
    );
  }
}

/** Throws InputError for what sharp would read, but not right. */
function checkKind(
  { width, height, channels, depth, space, pages = 1, hasAlpha, bitsPerSample }: Metadata,
  path: string,
) {
  requireMemory(
    width * height * (channels + 1) * Float64Array.BYTES_PER_ELEMENT,
    path,
    `an image of ${width} x ${height}`,
  );
  if (pages > 1) {
    throw new InputError(
      `${path}: holds ${pages} pages or frames, expected one image; save each as a file, or all as .npy`,
    );
  }
  if (channels > 4 && space !== "cmyk") {
    throw new InputError(`${path}: has ${channels} channels, expected gray or colours; save the one you mean`);
  }
  if (depth === "uchar") return;
  const known = Object.hasOwn(OPEN_SCALES, depth) && OPEN_SCALES[depth].spaces.includes(space);
  const isFloat = depth === "float";
  if (!known || (isFloat && (hasAlpha || bitsPerSample !== 32)) || (depth === "uint" && channels !== 1)) {
    const alpha = hasAlpha ? " with transparency" : "";
    throw new InputError(
      `${path}: pixels of type ${depth}, ${bitsPerSample} bits, colour space ${space}${alpha} are not read; expected 8 or 16-bit ` +
        "unsigned, 32-bit unsigned gray or 32-bit float pixels; convert it, or save its values as .npy",
    );
  }
}

async function decode8bit(bytes: Uint8Array): Promise<GrayImage> {
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const values = grayOf(data, info.channels).map(Math.round);
  return { ...ndarray(values, [info.height, info.width]), white: 255 };
}

async function decodeOpenScale(bytes: Uint8Array, { depth, space }: Metadata): Promise<GrayImage> {
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .toColourspace(space)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const { type } = OPEN_SCALES[depth];
  const pixels = new type(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  const gray = grayOf(pixels, info.channels);
  const hasAlpha = info.channels === 2 || info.channels === 4;
  const values = hasAlpha ? overWhite(gray, pixels, info.channels) : gray;
  return { ...ndarray(values, [info.height, info.width]), white: undefined };
}

/** 16-bit gray on white, by the last channel. (sharp's white is 255 x 256 there, not 65535.) */
function overWhite(gray: Float64Array, pixels: ArrayLike<number>, channels: number): Float64Array {
  const most = 65535;
  return gray.map((value, index) => {
    const opacity = pixels[index * channels + channels - 1] / most;
    return value * opacity + most * (1 - opacity);
  });
}

/** Interleaved channels to ITU-R 601 luma, the usual gray of image libraries; gray stays as it is. */
function grayOf(data: ArrayLike<number>, channels: number): Float64Array {
  const count = data.length / channels;
  if (channels < 3) return Float64Array.from({ length: count }, (_, index) => data[index * channels]);
  return Float64Array.from({ length: count }, (_, index) => {
    const at = index * channels;
    return 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
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
