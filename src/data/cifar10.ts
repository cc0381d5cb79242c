import { InputError } from "../errors.ts";
import { gunzip } from "../files/gunzip.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { numbered, type ImageDataset } from "./dataset.ts";
import { fetchFile, type RemoteFile } from "./download.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { parseSize, resizeArea } from "./resize.ts";
import { tarEntries } from "./tar.ts";

const SIDE = 32;
const PLANE = SIDE * SIDE;
/** A label byte, then the red, green and blue planes. */
const RECORD = 1 + 3 * PLANE;

const ARCHIVE: RemoteFile = {
  path: "cifar10/cifar-10-binary.tar.gz",
  urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
  mostBytes: 180e6,
  checksum: { algorithm: "md5", hex: "c32a1d4ab5d03f1284b67883e8d87530" },
};

const FILES = { train: /data_batch_\d\.bin$/, test: /test_batch\.bin$/ } as const;
const CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/** Photographs of ten kinds of things (Krizhevsky 2009), in gray. */
export const cifar10: DatasetEntry = {
  description: "photographs in gray, 32x32, 50000 for training and 10000 for tests (170 MB)",
  load: loadCifar10,
};

async function loadCifar10(options: DatasetOptions): Promise<ImageDataset> {
  const { split = "test", limit = Infinity, size } = options;
  const tar = gunzip(await fetchFile(ARCHIVE, options), ARCHIVE.path);
  const files = [...tarEntries(tar, ARCHIVE.path)].filter(({ name }) => FILES[split].test(name));
  if (files.length === 0) throw new InputError(`${ARCHIVE.path}: has no ${split} images`);
  const { values, labels } = decodeCifar(
    files.map(({ data }) => data),
    limit,
  );
  return {
    kind: "images",
    name: "cifar10",
    values: size === undefined ? values : resizeArea(values, parseSize(size)),
    names: numbered(labels.length),
    labels,
  };
}

/** The first `limit` records of CIFAR-10's binary files as gray images [count, 32, 32]. Throws InputError for other files. */
export function decodeCifar(
  files: readonly Uint8Array[],
  limit = Infinity,
): { readonly values: NdArray<Float64Array>; readonly labels: string[] } {
  const total = files.reduce((sum, { length }) => sum + length, 0);
  const cut = files.find(({ length }) => length % RECORD !== 0);
  if (cut) throw new InputError(`cifar10: expected records of ${RECORD} bytes, got a file of ${cut.length} bytes`);
  const count = Math.min(limit, total / RECORD);
  const gray = new Float64Array(count * PLANE);
  const labels: string[] = [];
  for (const file of files) {
    for (let at = 0; at < file.length && labels.length < count; at += RECORD) {
      const image = labels.length * PLANE;
      const label = CLASSES.at(file[at]);
      if (label === undefined) throw new InputError(`cifar10: expected labels 0 to 9, got ${file[at]}`);
      labels.push(label);
      for (let pixel = 0; pixel < PLANE; pixel++) {
        const red = at + 1 + pixel;
        gray[image + pixel] = Math.round(luma(file[red], file[red + PLANE], file[red + 2 * PLANE]));
      }
    }
  }
  return { values: ndarray(gray, [count, SIDE, SIDE]), labels };
}

/** Gray of a colour, ITU-R BT.601. */
function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
