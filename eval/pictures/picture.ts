import { sharp } from "#platform/images";
import { InputError } from "../../src/errors.ts";
import type { View } from "../views.ts";

/**
 * A picture of a result: a raster (images) or a drawing (charts), PNG files in a result folder. A report draws its view in their
 * place where it has one, and shows other drawings as they are, so that their text stays text.
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
  /** As of a drawing. */
  readonly view?: View;
}

export interface Drawing {
  readonly kind: "svg";
  readonly svg: string;
  /** The same for a page that draws by itself. @default none: the picture stands still there too */
  readonly view?: View;
}

/** Pixels of a PNG for each CSS pixel, so that pictures stay sharp on a dense screen. */
export const PIXEL_RATIO = 2;

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
