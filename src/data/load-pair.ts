import { basename, extname } from "#platform/files";
import { InputError } from "../errors.ts";
import { isFolder } from "../files/read.ts";
import { matrixMetric } from "../spaces/metric-matrix.ts";
import type { NdArray } from "../tensor/ndarray.ts";
import { isArrayFile, readArray } from "./arrays.ts";
import { isCountFolder } from "./count-files.ts";
import { numbered, requireLabels } from "./dataset.ts";
import { readLabels } from "./labels.ts";
import { loadMatrix, MATRIX_EXTENSIONS } from "./matrix.ts";
import { isMeshFile, loadMesh, MESH_EXTENSIONS } from "./mesh-file.ts";
import { pointsOfSide, type PairDataset, type PairSide } from "./pair.ts";
import { loadCounts } from "./pbmc3k.ts";

/** How one side is read. */
interface SideOptions {
  /** Whether the file holds distances [n, n] between its points; a square matrix is points unless somebody says so. @default false */
  readonly distances?: boolean;
  /** A text file with one label a line. @default the source's own labels, where it has some */
  readonly labels?: string | undefined;
}

export interface LoadPairOptions {
  /** @default "<x> and <y>", the last parts of the paths */
  readonly name?: string;
  readonly x?: SideOptions;
  readonly y?: SideOptions;
  /** Whether row i of one is row i of the other; for evaluation only. @default false */
  readonly paired?: boolean;
}

const READABLE = `a folder of counts or one of ${[...MATRIX_EXTENSIONS, ...MESH_EXTENSIONS].join(" ")}`;

/**
 * Reads a person's own two data sets, each from a table in any format of `loadMatrix` (points, or distances where the options say
 * so), a mesh in any of `loadMesh`, or a folder of counts (`readCounts`, log-normalised). Memory: 8 bytes a number; distances in
 * `.npy` of float32 stay float32.
 *
 * @throws InputError, one line, for anything that cannot be read as such, distances that are none, labels of another number, and pairs
 *   that are not equally many
 */
export async function loadPair(pathX: string, pathY: string, options: LoadPairOptions = {}): Promise<PairDataset> {
  const { name = [pathX, pathY].map((path) => basename(path)).join(" and "), paired = false } = options;
  const [x, y] = [await loadSide(pathX, options.x), await loadSide(pathY, options.y)];
  const [nx, ny] = [pointsOfSide(x), pointsOfSide(y)];
  if (paired && nx !== ny) {
    throw new InputError(`${name}: expected as many rows on both sides, since they are pairs, got ${nx} and ${ny}`);
  }
  return { kind: "pair", name, x, y, paired };
}

/** Reads one side. Throws InputError. */
async function loadSide(path: string, { distances = false, labels }: SideOptions = {}): Promise<PairSide> {
  const side = distances ? await loadDistances(path) : await loadPoints(path);
  return labels === undefined ? side : withLabels(side, await readLabels(labels), labels);
}

/** The side with these labels. Throws InputError where they are not as many as its points. */
function withLabels(side: PairSide, labels: readonly string[], name: string): PairSide {
  requireLabels(name, pointsOfSide(side), labels);
  return { ...side, labels };
}

async function loadPoints(path: string): Promise<PairSide> {
  if (isMeshFile(path)) {
    const mesh = await loadMesh(path);
    return { source: { kind: "mesh", mesh }, names: numbered(mesh.vertices.shape[0]) };
  }
  if (!MATRIX_EXTENSIONS.includes(extname(path).toLowerCase()) && !((await isFolder(path)) && isCountFolder(path))) {
    throw new InputError(`${path}: expected data: ${READABLE}`);
  }
  const { values, names, labels } = await ((await isFolder(path)) ? loadCounts(path) : loadMatrix(path));
  return { source: { kind: "points", values }, names, ...(labels && { labels }) };
}

async function loadDistances(path: string): Promise<PairSide> {
  if (!MATRIX_EXTENSIONS.includes(extname(path).toLowerCase())) {
    throw new InputError(`${path}: expected a matrix of distances, in one of ${MATRIX_EXTENSIONS.join(" ")}`);
  }
  const table = isArrayFile(path) ? { values: await readArray(path, [2]), names: undefined } : await loadMatrix(path);
  requireDistances(table.values, path);
  return { source: { kind: "distances", values: table.values }, names: table.names ?? numbered(table.values.shape[0]) };
}

/** Requires the matrix of a file to be one of distances, as `matrixMetric` says. Throws InputError naming the file. */
export function requireDistances(values: NdArray, path: string): void {
  try {
    matrixMetric(values);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
}
