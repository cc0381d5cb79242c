import { sharp } from "#platform/images";
import { gunzip } from "../files/gunzip.ts";
import { ndarray } from "../tensor/ndarray.ts";
import type { ImageDataset } from "./dataset.ts";
import { fetchFile, type RemoteFile } from "./download.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { parseSize, resizeArea } from "./resize.ts";
import { tarEntries } from "./tar.ts";

const ARCHIVE: RemoteFile = {
  path: "lfw/lfw-funneled.tgz",
  urls: ["https://ndownloader.figshare.com/files/5976015"],
  mostBytes: 260e6,
  checksum: { algorithm: "sha256", hex: "b47c8422c8cded889dc5a13418c4bc2abbda121092b3533a83306f90d900100a" },
};

/** Where the face is in the 250 x 250 pictures, as in LFWcrop (Sanderson and Lovell 2009). */
const FACE = { left: 83, top: 92, width: 84, height: 84 } as const;
const SIDE = 64;
/** All 13233 would take a minute to decode. */
const DEFAULT_LIMIT = 1000;

/** Labelled Faces in the Wild (Huang et al. 2007), aligned, cropped to the face, in gray. */
export const lfw: DatasetEntry = {
  description: "faces from the news, cropped, 64x64 gray; the first 1000 of 13233 unless --limit says more (243 MB)",
  load: loadLfw,
};

async function loadLfw(options: DatasetOptions): Promise<ImageDataset> {
  const { limit = DEFAULT_LIMIT, size } = options;
  const tar = gunzip(await fetchFile(ARCHIVE, options), ARCHIVE.path);
  const names: string[] = [];
  const faces: Uint8Array[] = [];
  for (const { name, data } of tarEntries(tar, ARCHIVE.path)) {
    if (faces.length >= limit) break;
    if (!name.endsWith(".jpg")) continue;
    names.push(name.replace(/^.*\//, "").replace(/\.jpg$/, ""));
    faces.push(await sharp(data).extract(FACE).toColourspace("b-w").raw().toBuffer());
  }
  const pixels = new Float64Array(faces.length * FACE.height * FACE.width);
  faces.forEach((face, index) => pixels.set(face, index * FACE.height * FACE.width));
  const cropped = ndarray(pixels, [faces.length, FACE.height, FACE.width]);
  const values = resizeArea(cropped, size === undefined ? [SIDE, SIDE] : parseSize(size));
  return { kind: "images", name: "lfw", values, names, labels: names.map((name) => name.replace(/_\d+$/, "")) };
}
