import { existsSync, join } from "#platform/files";
import { InputError } from "../errors.ts";
import { toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { requireContent, requireLabels } from "./dataset.ts";
import { gunzipPieces } from "../files/gunzip.ts";
import { joined, readLines, type Pieces } from "../files/pieces.ts";
import { readPieces } from "../files/read.ts";
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

/** Files by name, unpacked: of a folder, or of an archive. Undefined where there is none of that name. */
export type FileSource = (name: string) => Pieces | undefined;

/** Rows of `azimuth_markers_present.tsv` that list markers of the main cell types. */
const MAIN_LEVEL = "1";

/** Whether a folder holds counts in one of the layouts that `readCounts` knows. */
export function isCountFolder(folder: string): boolean {
  return ["counts.npy", "matrix.mtx", "matrix.mtx.gz"].some((name) => existsSync(join(folder, name)));
}

/** The files of a folder; those ending in `.gz` are also found under their plain name, unpacked. */
export function folderSource(folder: string): FileSource {
  return (name) => {
    const path = join(folder, name);
    if (existsSync(path)) return readPieces(path);
    return existsSync(`${path}.gz`) ? gunzipPieces(readPieces(`${path}.gz`), `${path}.gz`) : undefined;
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
  const array = files("counts.npy");
  const table = array ? await namedArray(array, files, name) : await tenX(files, name);
  const { counts } = table;
  requireContent(counts, `${name}: counts`);
  const [cells, genes] = counts.shape;
  requireNames(`${name}: cells`, table.cells, cells);
  requireNames(`${name}: genes`, table.genes, genes);
  if (table.cellTypes) requireLabels(name, cells, table.cellTypes);
  requireCounts(table, name);
  const markers = files("azimuth_markers_present.tsv");
  if (!markers || !table.cellTypes) return table;
  const rows = await rowsOf(markers, `${name}/azimuth_markers_present.tsv`);
  return { ...table, markerOf: markersOf(rows, table.genes, new Set(table.cellTypes)) };
}

async function namedArray(array: Pieces, files: FileSource, name: string): Promise<CountTable> {
  const path = `${name}/counts.npy`;
  const counts = toFloat64(decodeNpy(await joined(array, path), path));
  if (counts.shape.length !== 2) {
    throw new InputError(`${path}: expected counts [cells, genes], got [${counts.shape.join(", ")}]`);
  }
  const genes = (await required(files, ["genes.txt"], name)).map(([gene]) => gene);
  const [header, ...rows] = await required(files, ["cells.tsv"], name);
  if (header === undefined) {
    throw new InputError(`${name}/cells.tsv: empty, expected a header (barcode, cell_type) and a line a cell`);
  }
  const [barcode, type] = ["barcode", "cell_type"].map((column) => header.indexOf(column));
  const short = rows.findIndex((row) => row.length !== header.length);
  if (short >= 0) {
    throw new InputError(
      `${name}/cells.tsv: line ${short + 2} has ${rows[short].length} cells, its header has ${header.length}`,
    );
  }
  return {
    counts,
    genes,
    cells: rows.map((row) => row[Math.max(0, barcode)]),
    ...(type >= 0 && { cellTypes: rows.map((row) => row[type]) }),
  };
}

async function tenX(files: FileSource, name: string): Promise<CountTable> {
  const matrix = files("matrix.mtx");
  if (!matrix) throw new InputError(`${name}: has no counts.npy and no matrix.mtx`);
  const counts = await parseMatrixMarket(matrix, `${name}/matrix.mtx`, { transposed: true });
  const geneRows = await required(files, ["genes.tsv", "features.tsv"], name);
  const barcodes = await required(files, ["barcodes.tsv"], name);
  return {
    counts,
    genes: geneRows.map((row) => row[1] ?? row[0]), // an identifier, then the gene's name
    cells: barcodes.map(([barcode]) => barcode),
  };
}

/** Requires counts that are finite and nonnegative. */
function requireCounts({ counts: { data, shape }, cells, genes }: CountTable, name: string): void {
  const at = data.findIndex((count) => !(count >= 0 && count < Infinity));
  if (at < 0) return;
  const [cell, gene] = [Math.floor(at / shape[1]), at % shape[1]];
  throw new InputError(
    `${name}: cell ${cells[cell]}, gene ${genes[gene]}: expected a count (0 or more), got ${data[at]}; give raw counts`,
  );
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

/** The rows of the first of some files that is there. */
async function required(files: FileSource, names: readonly string[], folder: string): Promise<string[][]> {
  for (const name of names) {
    const pieces = files(name);
    if (pieces) return rowsOf(pieces, `${folder}/${name}`);
  }
  throw new InputError(`${folder}: counts without ${names.join(" or ")}; expected this file beside them`);
}

function requireNames(what: string, names: readonly string[], expected: number): void {
  if (names.length !== expected) {
    throw new InputError(`${what}: expected ${expected} names (one of each), got ${names.length}`);
  }
}

/** The cells of a tab-separated file, line by line, without empty lines. */
async function rowsOf(pieces: Pieces, name: string): Promise<string[][]> {
  const rows: string[][] = [];
  const decoder = new TextDecoder();
  await readLines(pieces, name, (bytes, start, end) => {
    const line = decoder.decode(bytes.subarray(start, end)).replace(/\r$/, "");
    if (line !== "") rows.push(line.split("\t"));
  });
  return rows;
}
