import sharp from "sharp";
import { InputError } from "../../src/errors.ts";

/**
 * A picture of a result: a raster (images) or a drawing (charts). A report shows drawings as they are, so that their text
 * stays text and their lines take the page's colour; in a result folder both are PNG files.
 */
export type Picture = Raster | Drawing;

/** Pictures by their names. */
export type Pictures = Readonly<Record<string, Picture>>;

export interface Raster {
  readonly kind: "png";
  readonly png: Uint8Array;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  readonly kind: "svg";
  readonly svg: string;
}

/** Pixels of a PNG for each CSS pixel, so that pictures stay sharp on a dense screen. */
export const PIXEL_RATIO = 2;

/** Drawings name this colour for text and lines: the reader's text colour on a page, black in a PNG. */
export const INK = "currentColor";

/**
 * The picture as a PNG file. A drawing is rendered on white at twice its size; its text needs a font on this machine.
 * Throws InputError for a drawing that is not SVG.
 */
export async function toPng(picture: Picture): Promise<Uint8Array> {
  if (picture.kind === "png") return picture.png;
  const density = 72 * PIXEL_RATIO; // SVG pixels are taken as 1/72 inch
  try {
    return await sharp(Buffer.from(picture.svg), { density, limitInputPixels: false })
      .flatten({ background: "white" })
      .png({ compressionLevel: 9 })
      .toBuffer();
  } catch (error) {
    throw new InputError(`picture: expected an SVG drawing, got ${JSON.stringify(picture.svg.slice(0, 40))}: ${error}`);
  }
}
