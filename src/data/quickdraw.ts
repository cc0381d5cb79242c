import { InputError } from "../errors.ts";
import { ndarray } from "../tensor/ndarray.ts";
import { numbered, type ImageDataset } from "./dataset.ts";
import { fetchFile, type RemoteFile } from "./download.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { decodeNpy } from "./npy.ts";
import { parseSize, resizeArea } from "./resize.ts";

const SIDE = 28;

const BEARS: RemoteFile = {
  path: "quickdraw/teddy-bear.npy",
  urls: ["https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/teddy-bear.npy"],
  mostBytes: 150e6,
  checksum: { algorithm: "sha256", hex: "9c47b93f17843ec22fdd32b82c4c064adac09667d7b02bcd89edbefbb3939aae" },
};

/** Teddy bears that players of Quick, Draw! drew in 20 seconds (Google, CC BY 4.0). */
export const quickdraw: DatasetEntry = {
  description: "drawings of teddy bears, 28x28 gray; the first 1000 unless --limit says more (141 MB)",
  load: loadQuickdraw,
};

const DEFAULT_LIMIT = 1000;

async function loadQuickdraw(options: DatasetOptions): Promise<ImageDataset> {
  const { limit = DEFAULT_LIMIT, size } = options;
  const { shape, data } = decodeNpy(await fetchFile(BEARS, options), BEARS.path);
  if (shape.length !== 2 || shape[1] !== SIDE * SIDE) {
    throw new InputError(`${BEARS.path}: expected [count, ${SIDE * SIDE}], got [${shape.join(", ")}]`);
  }
  const count = Math.min(limit, shape[0]);
  const values = ndarray(Float64Array.from(data.subarray(0, count * SIDE * SIDE)), [count, SIDE, SIDE]);
  return {
    kind: "images",
    name: "quickdraw",
    values: size === undefined ? values : resizeArea(values, parseSize(size)),
    names: numbered(count),
  };
}
