import { sharp } from "#platform/images";
import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { escapeXml } from "../escape.ts";
import { grayLevels, type IntensityRange } from "./intensities.ts";
import { FONT, NEUTRAL } from "./palette.ts";
import { PIXEL_RATIO, type Raster } from "./picture.ts";

/** Images of one kind ("inputs", "reconstructions"), shown in one row. */
export interface ImageGroup {
  /** Written before the row. @default "" */
  readonly label?: string;
  /** [M, h, w] in any unit. */
  readonly images: NdArray;
  /** @default "image" */
  readonly range?: IntensityRange;
}

export interface MontageOptions {
  /** Images a row. @default up to 10 in one row, else even rows of at most 10 */
  readonly columns?: number;
  /** Every pixel becomes a square of this side. @default such that the longer side is near 144 pixels, or 192 of few columns, at least 1 */
  readonly scale?: number;
  /** Written over each image: frame numbers, decibels. @default none */
  readonly captions?: readonly string[];
}

const TARGET_SIDE = 144;
/** Pictures of so few columns are to be looked at one by one. */
const FEW_COLUMNS = 6;
const LARGE_SIDE = 192;
const MOST_COLUMNS = 10;
const GAP = 6 * PIXEL_RATIO;
const BLOCK_GAP = 20 * PIXEL_RATIO;
const FONT_SIZE = 12 * PIXEL_RATIO;
/** Mean width of a character, in units of the font size. */
const CHARACTER_WIDTH = 0.58;

/** A grid of gray images [M, h, w] on a transparent ground. Throws InputError on other shapes. */
export function montage(images: NdArray, options: MontageOptions & Pick<ImageGroup, "range"> = {}): Promise<Raster> {
  return imageRows([{ images, range: options.range }], options);
}

/**
 * Groups of as many images each, one under the other, so that image i of each stands in one column: inputs over
 * reconstructions over a baseline's. Long groups are broken into blocks of rows.
 *
 * @throws InputError where the groups' shapes or the number of captions differ
 */
export async function imageRows(groups: readonly ImageGroup[], options: MontageOptions = {}): Promise<Raster> {
  const [count, height, width] = commonShape(groups);
  const target = (options.columns ?? MOST_COLUMNS) <= FEW_COLUMNS ? LARGE_SIDE : TARGET_SIDE;
  const { captions, scale = Math.max(1, Math.round(target / Math.max(height, width))) } = options;
  if (captions && captions.length !== count) {
    throw new InputError(`montage: expected ${count} captions, one an image, got ${captions.length}`);
  }
  const columns = options.columns ?? Math.ceil(count / Math.ceil(count / MOST_COLUMNS));
  const labels = groups.map(({ label = "" }) => label);
  const longest = Math.max(...labels.map(({ length }) => length));
  const gutter = longest > 0 ? Math.ceil(longest * CHARACTER_WIDTH * FONT_SIZE) + GAP : 0;
  const captionHeight = captions ? Math.ceil(1.5 * FONT_SIZE) : 0;
  const cell = { width: width * scale, height: height * scale };
  const blockHeight = captionHeight + groups.length * (cell.height + GAP) - GAP;
  const blockGap = groups.length > 1 || captions ? BLOCK_GAP : GAP;
  const left = (index: number) => gutter + (index % columns) * (cell.width + GAP);
  const top = (index: number, group: number) =>
    Math.floor(index / columns) * (blockHeight + blockGap) + captionHeight + group * (cell.height + GAP);
  const blocks = Math.ceil(count / columns);
  const canvas = new Canvas(
    gutter + Math.min(columns, count) * (cell.width + GAP) - GAP,
    blocks * (blockHeight + blockGap) - blockGap,
  );

  groups.forEach(({ images, range = "image" }, group) => {
    grayLevels(images, range).forEach((pixels, index) => {
      canvas.draw(pixels, width, scale, left(index), top(index, group));
    });
  });
  const texts = [
    ...Array.from({ length: blocks }, (_, block) =>
      labels.map((label, group) => {
        const y = top(block * columns, group) + cell.height / 2 + 0.35 * FONT_SIZE;
        return textElement(label, gutter - GAP, y, "end");
      }),
    ).flat(),
    ...(captions ?? []).map((caption, index) =>
      textElement(caption, left(index) + cell.width / 2, top(index, 0) - 0.5 * FONT_SIZE, "middle"),
    ),
  ];
  return canvas.encode(texts.join(""));
}

function commonShape(groups: readonly ImageGroup[]): readonly number[] {
  const shapes = new Set(groups.map(({ images }) => `[${images.shape.join(", ")}]`));
  if (shapes.size !== 1 || groups[0].images.shape.length !== 3) {
    throw new InputError(`montage: expected groups of one shape [M, h, w], got ${[...shapes].join(" and ") || "none"}`);
  }
  return groups[0].images.shape;
}

function textElement(text: string, x: number, y: number, anchor: "end" | "middle"): string {
  return text && `<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

/** A transparent raster of gray images: two bytes a pixel, gray and opacity. */
class Canvas {
  readonly #pixels: Uint8Array;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.#pixels = new Uint8Array(4 * width * height);
  }

  /** Draws a gray image of the given width, each pixel a square of side `scale`, opaque. */
  draw(gray: Uint8Array, width: number, scale: number, left: number, top: number): void {
    const height = gray.length / width;
    for (let y = 0; y < height * scale; y++) {
      const source = Math.floor(y / scale) * width;
      let target = 4 * ((top + y) * this.width + left);
      for (let x = 0; x < width * scale; x++) {
        this.#pixels.fill(gray[source + Math.floor(x / scale)], target, target + 3);
        this.#pixels[target + 3] = 255;
        target += 4;
      }
    }
  }

  async encode(texts: string): Promise<Raster> {
    const { width, height } = this;
    const image = sharp(this.#pixels, { raw: { width, height, channels: 4 }, limitInputPixels: false });
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
      `<g font-family="${FONT}" font-size="${FONT_SIZE}" fill="${NEUTRAL}">${texts}</g></svg>`;
    const labelled = texts ? image.composite([{ input: Buffer.from(svg) }]) : image;
    return { kind: "png", png: await labelled.png({ compressionLevel: 9 }).toBuffer(), width, height };
  }
}
