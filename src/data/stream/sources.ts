import { extname } from "#platform/files";
import { InputError } from "../../errors.ts";
import { isFolder } from "../../files/read.ts";
import { sizeOf } from "../../tensor/ndarray.ts";
import type { SampleDataset } from "../dataset.ts";
import { idxBytes, idxLayout } from "../idx.ts";
import { readGrayImage } from "../image-file.ts";
import { listImages, nameOfImage } from "../images.ts";
import { npyLayout } from "../npy.ts";
import { readFileRows } from "./file-rows.ts";
import type { RowSource } from "./row-source.ts";

const KINDS: Readonly<Record<number, SampleDataset["kind"]>> = { 2: "matrix", 3: "images", 4: "histograms" };

/**
 * Samples that stay where they are: the rows of a `.npy` file of any type, of an IDX file (gzipped: its bytes are held in memory), or a
 * folder of images, each decoded when it is read. Throws InputError for anything else.
 */
export async function openRows(path: string): Promise<RowSource> {
  if (await isFolder(path)) return folderRows(path);
  if (extname(path).toLowerCase() === ".npy") return npyRows(path);
  if (/idx\d?|\.gz$|-ubyte$/i.test(path)) return idxRows(path);
  throw new InputError(
    `${path}: cannot be read in batches; expected a .npy file, an IDX file (as MNIST's) or a folder of images`,
  );
}

/** A data set in memory, by rows. */
export function memoryRows({ name, kind, values, names }: SampleDataset): RowSource {
  const size = sizeOf(values.shape.slice(1));
  return {
    path: name,
    kind,
    shape: values.shape,
    is8bit: kind === "images",
    async read(rows) {
      const found = new Float64Array(rows.length * size);
      for (let i = 0; i < rows.length; i++)
        found.set(values.data.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
      return found;
    },
    nameOf: (row) => names[row],
  };
}

async function npyRows(path: string): Promise<RowSource> {
  const { shape, fortranOrder, dataStart, elementBytes, fileBytes, decode } = await npyLayout(path);
  const kind = kindOf(shape, path);
  if (fortranOrder) {
    throw new InputError(
      `${path}: is in Fortran order, in which a sample lies all over the file; save it by np.ascontiguousarray`,
    );
  }
  const rowBytes = elementBytes * sizeOf(shape.slice(1));
  const file = { path, start: dataStart, rowBytes, fileBytes };
  return {
    ...{ path, kind, shape, is8bit: false },
    read: async (rows) => Float64Array.from(decode((await readFileRows(file, rows)).buffer)),
    nameOf: String,
  };
}

async function idxRows(path: string): Promise<RowSource> {
  const common = (shape: readonly number[]) => ({
    path,
    kind: kindOf(shape, path),
    shape,
    is8bit: false,
    nameOf: String,
  });
  if (/\.gz$/i.test(path)) {
    const { shape, data } = await idxBytes(path);
    const size = sizeOf(shape.slice(1));
    const row = (index: number) => data.subarray(index * size, (index + 1) * size);
    return {
      ...common(shape),
      async read(rows) {
        const found = new Float64Array(rows.length * size);
        for (let i = 0; i < rows.length; i++) found.set(row(rows[i]), i * size);
        return found;
      },
    };
  }
  const { shape, dataStart, fileBytes } = await idxLayout(path);
  const file = { path, start: dataStart, rowBytes: sizeOf(shape.slice(1)), fileBytes };
  return { ...common(shape), read: async (rows) => Float64Array.from(await readFileRows(file, rows)) };
}

async function folderRows(folder: string): Promise<RowSource> {
  const files = await listImages(folder);
  const first = await readGrayImage(files[0]);
  const size = sizeOf(first.shape);
  return {
    path: folder,
    kind: "images",
    shape: [files.length, ...first.shape],
    is8bit: first.white !== undefined,
    async read(rows) {
      const found = new Float64Array(rows.length * size);
      for (let i = 0; i < rows.length; i++) {
        const image = await readGrayImage(files[rows[i]]);
        if (image.shape.join() !== first.shape.join() || image.white !== first.white) {
          const kind = ({ shape, white }: typeof first): string =>
            `${shape.join(" x ")} (height x width) of ${white === undefined ? "more than " : ""}8 bits`;
          throw new InputError(
            `images: all must be alike, but ${files[0]} is ${kind(first)} and ${files[rows[i]]} is ${kind(image)}; convert them`,
          );
        }
        found.set(image.data, i * size);
      }
      return found;
    },
    nameOf: (row) => nameOfImage(files[row]),
  };
}

function kindOf(shape: readonly number[], path: string): SampleDataset["kind"] {
  if (!shape.includes(0) && Object.hasOwn(KINDS, shape.length)) return KINDS[shape.length];
  throw new InputError(
    `${path}: expected samples as a matrix [n, m], images [count, h, w] or volumes [count, d, h, w], got [${shape.join(", ")}]`,
  );
}
