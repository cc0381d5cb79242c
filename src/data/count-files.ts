import { existsSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { InputError } from "../errors.ts";
import { ndarray, toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { requireLabels } from "./dataset.ts";
import { readBytes } from "../files/read.ts";
import { parseMatrixMarket } from "./matrix-market.ts";
import { decodeNpy } from "./npy.ts";

/** Counts of genes in cells, with names, and classes where the files know them. */
export interface CountTable {
  /** [cells, genes] */
  readonly counts: NdArray<Float64Array>;
  readonly cells: readonly string[];
  readonly genes: readonly string[];
  readonly cellTypes?: readonly string[];
  /** The cell type that a gene marks [genes]; undefined for genes that mark none or several. */
  readonly markerOf?: readonly (string | undefined)[];
}

/** Files by name: of a folder, or of an archive. Undefined where there is none of that name. */
export type FileSource = (name: string) => Promise<Uint8Array | undefined>;

/** Rows of `azimuth_markers_present.tsv` that list markers of the main cell types. */
const MAIN_LEVEL = "1";

/** Whether a folder holds counts in one of the layouts that `readCounts` knows. */
export function isCountFolder(folder: string): boolean {
  return ["counts.npy", "matrix.mtx", "matrix.mtx.gz"].some((name) => existsSync(join(folder, name)));
}

/** The files of a folder; those ending in `.gz` are also found under their plain name, unpacked. */
export function folderSource(folder: string): FileSource {
  return async (name) => {
    const path = join(folder, name);
    if (existsSync(path)) return readBytes(path);
    return existsSync(`${path}.gz`) ? unpacked(await readBytes(`${path}.gz`), `${path}.gz`) : undefined;
  };
}

/**
 * Reads counts [cells, genes] in one of two layouts: `counts.npy` [cells, genes] with `genes.txt` and `cells.tsv` (columns
 * barcode, cell_type), or 10x Genomics' `matrix.mtx` [genes, cells] with `genes.tsv` or `features.tsv` and `barcodes.tsv`.
 * Marker genes come from `azimuth_markers_present.tsv` (columns level, label, markers_present), where it is there.
 *
 * @param name what messages call the files (their folder)
 * @throws InputError for a missing or malformed file, or names of another number
 */
export async function readCounts(files: FileSource, name: string): Promise<CountTable> {
  const array = await files("counts.npy");
  const table = array ? await namedArray(array, files, name) : await tenX(files, name);
  const [cells, genes] = table.counts.shape;
  requireNames(`${name}: cells`, table.cells.length, cells);
  requireNames(`${name}: genes`, table.genes.length, genes);
  if (table.cellTypes) requireLabels(name, cells, table.cellTypes);
  const markers = await files("azimuth_markers_present.tsv");
  if (!markers || !table.cellTypes) return table;
  return { ...table, markerOf: markersOf(rowsOf(markers), table.genes, new Set(table.cellTypes)) };
}

/** The bytes of a gzip file. Throws InputError where it is damaged. */
export function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new InputError(`${name}: not a complete gzip file (${(error as Error).message})`);
  }
}

async function namedArray(array: Uint8Array, files: FileSource, name: string): Promise<CountTable> {
  const counts = toFloat64(decodeNpy(array, `${name}/counts.npy`));
  if (counts.shape.length !== 2) {
    throw new InputError(`${name}/counts.npy: expected counts [cells, genes], got [${counts.shape.join(", ")}]`);
  }
  const genes = rowsOf(await required(files, ["genes.txt"], name)).map(([gene]) => gene);
  const [header, ...rows] = rowsOf(await required(files, ["cells.tsv"], name));
  const [barcode, type] = ["barcode", "cell_type"].map((column) => header.indexOf(column));
  return {
    counts,
    genes,
    cells: rows.map((row) => row[Math.max(0, barcode)]),
    ...(type >= 0 && { cellTypes: rows.map((row) => row[type]) }),
  };
}

async function tenX(files: FileSource, name: string): Promise<CountTable> {
  const text = new TextDecoder().decode(await required(files, ["matrix.mtx"], name));
  const { data, shape } = parseMatrixMarket(text, `${name}/matrix.mtx`);
  const [genes, cells] = shape;
  const counts = new Float64Array(data.length);
  for (let gene = 0, at = 0; gene < genes; gene++) {
    for (let cell = 0; cell < cells; cell++) counts[cell * genes + gene] = data[at++];
  }
  const geneRows = rowsOf(await required(files, ["genes.tsv", "features.tsv"], name));
  const barcodes = rowsOf(await required(files, ["barcodes.tsv"], name));
  return {
    counts: ndarray(counts, [cells, genes]),
    genes: geneRows.map((row) => row[1] ?? row[0]), // an identifier, then the gene's name
    cells: barcodes.map(([barcode]) => barcode),
  };
}

/** Genes listed for exactly one of the cell types there are. */
function markersOf(rows: readonly string[][], genes: readonly string[], types: ReadonlySet<string>) {
  const typesOf = new Map<string, string[]>();
  for (const [level, label, markers = ""] of rows) {
    if (level !== MAIN_LEVEL || !types.has(label)) continue;
    for (const gene of markers.split(",")) typesOf.set(gene, [...(typesOf.get(gene) ?? []), label]);
  }
  return genes.map((gene) => {
    const marked = typesOf.get(gene) ?? [];
    return marked.length === 1 ? marked[0] : undefined;
  });
}

async function required(files: FileSource, names: readonly string[], folder: string): Promise<Uint8Array> {
  for (const name of names) {
    const bytes = await files(name);
    if (bytes) return bytes;
  }
  throw new InputError(`${folder}: counts without ${names.join(" or ")}; expected this file beside them`);
}

function requireNames(what: string, got: number, expected: number): void {
  if (got !== expected) throw new InputError(`${what}: expected ${expected} names (one of each), got ${got}`);
}

/** The cells of a tab-separated file, line by line. */
function rowsOf(bytes: Uint8Array): string[][] {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/);
  return lines.filter((line) => line !== "").map((line) => line.split("\t"));
}
