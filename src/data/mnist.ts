import { ndarray, sizeOf, type NdArray } from "../tensor/ndarray.ts";
import { numbered, requireLabels, type ImageDataset } from "./dataset.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { fetchFile, type DownloadOptions, type RemoteFile } from "./download.ts";
import { decodeIdx } from "./idx.ts";
import { parseSize, resizeArea } from "./resize.ts";

/** A set in the format of MNIST: 28 x 28 gray images in ten classes, a training and a test part. */
export interface IdxSource {
  readonly name: string;
  readonly description: string;
  /** Folders on the web that hold the four files, tried in this order. */
  readonly mirrors: readonly string[];
  /** The ten classes, in the order of the label bytes. */
  readonly classes: readonly string[];
  /** MD5 of each file. */
  readonly md5: Readonly<Record<"train" | "test", { readonly images: string; readonly labels: string }>>;
}

const FILE_NAMES = {
  train: { images: "train-images-idx3-ubyte.gz", labels: "train-labels-idx1-ubyte.gz" },
  test: { images: "t10k-images-idx3-ubyte.gz", labels: "t10k-labels-idx1-ubyte.gz" },
} as const;

/** The largest of the files has 26 million. */
const MOST_BYTES = 30e6;

/** Handwritten digits (LeCun, Cortes, Burges). */
export const mnist = idxDataset({
  name: "mnist",
  description: "handwritten digits, 28x28, 60000 for training and 10000 for tests (11 MB)",
  mirrors: [
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "http://yann.lecun.com/exdb/mnist/",
  ],
  classes: numbered(10),
  md5: {
    train: { images: "f68b3c2dcbeaaa9fbdd348bbdeb94873", labels: "d53e105ee54ea40749a09fcbcd1e9432" },
    test: { images: "9fb629c4189551a2d022fa330f9573f3", labels: "ec29112dd5afa0611ce80d1b7f02629c" },
  },
});

/** Classes of Fashion-MNIST, by their numbers. */
export const fashionClasses: readonly string[] = [
  "T-shirt",
  "trousers",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];

/** Pictures of clothes (Xiao, Rasul, Vollgraf 2017). */
export const fashionMnist = idxDataset({
  name: "fashion-mnist",
  description: "pictures of clothes, 28x28, 60000 for training and 10000 for tests (30 MB)",
  mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
  classes: fashionClasses,
  md5: {
    train: { images: "8d4fb7e6c68d591d4c3dfef9ec88bf0d", labels: "25c81989df183df01b3e8a0aad5dffbe" },
    test: { images: "bef4ecab320f06d8554ea6380940ec79", labels: "bb300cfdad3c16e7a12a480ee83cd310" },
  },
});

/** The data set of a source in this format, ready for the registry. */
export function idxDataset(source: IdxSource): DatasetEntry {
  return { description: source.description, load: (options) => load(source, options) };
}

async function load(source: IdxSource, options: DatasetOptions): Promise<ImageDataset> {
  const { split = "test", limit = Infinity, size } = options;
  const { data, shape } = await fetchIdx(source, split, "images", options);
  const classes = await fetchIdx(source, split, "labels", options);
  const labels = Array.from(classes.data, (label) => source.classes[label]);
  requireLabels(source.name, shape[0], labels);
  const count = Math.min(limit, shape[0]); // cut before the conversion: 60000 images are 376 MB of float64
  const taken = [count, ...shape.slice(1)];
  const values = ndarray(Float64Array.from(data.subarray(0, sizeOf(taken))), taken);
  return {
    kind: "images",
    name: source.name,
    values: size === undefined ? values : resizeArea(values, parseSize(size)),
    names: numbered(count),
    labels: labels.slice(0, count),
  };
}

async function fetchIdx(
  { name, mirrors, md5 }: IdxSource,
  split: "train" | "test",
  part: "images" | "labels",
  options: DownloadOptions,
): Promise<NdArray<Uint8Array>> {
  const file = FILE_NAMES[split][part];
  const remote: RemoteFile = {
    path: `${name}/${file}`,
    urls: mirrors.map((mirror) => mirror + file),
    mostBytes: MOST_BYTES,
    checksum: { algorithm: "md5", hex: md5[split][part] },
  };
  return decodeIdx(await fetchFile(remote, options), remote.path);
}
