import { ndarray } from "../../../src/tensor/ndarray.ts";
import { resizeArea, type ImageSize } from "../../../src/data/resize.ts";
import type { Images } from "./messages.ts";

/** Of a folder that has more, the first ones. */
const MOST_IMAGES = 200;
/** Names with numbers in them sort by the number, as where otlearn reads folders. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

export interface ReadImages {
  readonly images: Images;
  /** What was left out, and why; empty where nothing was. */
  readonly note: string;
}

/**
 * Reads image files as gray images of one size: the longer side of the first one becomes `side` where it is longer, and the others get
 * its size. Colours become their luma, transparency shows white. Throws an Error where none of the files is an image.
 */
export async function readImages(files: readonly File[], side: number): Promise<ReadImages> {
  const sorted = [...files].sort((a, b) => byName(a.name, b.name));
  const names: string[] = [];
  const rows: Float64Array[] = [];
  let size: ImageSize | undefined;
  let unread = 0;
  for (const file of sorted) {
    if (rows.length === MOST_IMAGES) break;
    const bitmap = await createImageBitmap(file).catch(() => undefined);
    if (!bitmap) {
      unread++;
      continue;
    }
    size ??= sizeWithin(bitmap, side);
    rows.push(resizeArea(ndarray(grayOf(bitmap), [bitmap.height, bitmap.width]), size).data);
    names.push(file.name.replace(/\.\w+$/, ""));
    bitmap.close();
  }
  if (!size) throw new Error(`none of the ${files.length} files is an image that this browser reads`);
  const [height, width] = size;
  const values = new Float64Array(rows.length * height * width);
  rows.forEach((row, index) => values.set(row, index * height * width));
  const beyond = files.length - unread - rows.length;
  const notes = [
    unread > 0 ? `${unread} files are no images that this browser reads` : "",
    beyond > 0 ? `${beyond} more are left out` : "",
  ];
  return { images: { shape: [rows.length, height, width], values, names }, note: notes.filter(Boolean).join("; ") };
}

function sizeWithin({ width, height }: ImageBitmap, side: number): ImageSize {
  const scale = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}

/** ITU-R 601 luma on white. */
function grayOf(bitmap: ImageBitmap): Float64Array {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return Float64Array.from({ length: width * height }, (_, pixel) =>
    Math.round(0.299 * data[4 * pixel] + 0.587 * data[4 * pixel + 1] + 0.114 * data[4 * pixel + 2]),
  );
}
