import type { GalleryImage } from "../report.ts";
import type { ComparedRun } from "./compared-run.ts";

/** Pictures of one name, of the runs that have it. */
interface PictureRow {
  readonly name: string;
  readonly images: readonly GalleryImage[];
}

export interface ChosenPictures {
  /** By name. */
  readonly rows: readonly PictureRow[];
  /** Names of those that have no room, or that cannot be read. */
  readonly leftOut: readonly string[];
}

/**
 * The pictures of runs, side by side by name: of each name all or none, the smallest first, as long as all of them have no more
 * than `most` bytes. The pictures named in `without` are drawn anew and not wanted.
 */
export async function choosePictures(
  runs: readonly ComparedRun[],
  most: number,
  without: readonly string[] = [],
): Promise<ChosenPictures> {
  const names = [...new Set(runs.flatMap(({ pictures }) => pictures.map(({ name }) => name)))]
    .filter((name) => !without.includes(name))
    .map((name) => ({ name, bytes: bytesOf(runs, name) }))
    .sort((a, b) => a.bytes - b.bytes);
  const rows: PictureRow[] = [];
  const leftOut: string[] = [];
  let left = most;
  for (const { name, bytes } of names) {
    const images = bytes <= left ? await imagesOf(runs, name) : undefined;
    if (!images) {
      leftOut.push(name);
      continue;
    }
    left -= bytes;
    rows.push({ name, images });
  }
  return { rows: rows.sort((a, b) => (a.name < b.name ? -1 : 1)), leftOut: leftOut.sort() };
}

function bytesOf(runs: readonly ComparedRun[], name: string): number {
  return runs.reduce((sum, { pictures }) => sum + (pictures.find((one) => one.name === name)?.bytes ?? 0), 0);
}

/** Undefined where one of them cannot be read. */
async function imagesOf(runs: readonly ComparedRun[], name: string): Promise<GalleryImage[] | undefined> {
  const images: GalleryImage[] = [];
  for (const { name: run, pictures } of runs) {
    const picture = pictures.find((one) => one.name === name);
    if (!picture) continue;
    const png = await picture.read().catch(() => undefined);
    const size = png && pngSize(png);
    if (!size) return undefined;
    images.push({ label: run, picture: { kind: "png", png, ...size } });
  }
  return images;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Pixels, from the first chunk of a PNG file; undefined for anything else. */
function pngSize(png: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (png.length < 24 || SIGNATURE.some((byte, index) => png[index] !== byte)) return undefined;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
