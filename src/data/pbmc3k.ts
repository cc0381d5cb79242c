import { basename, join } from "#platform/files";
import { gunzip } from "../files/gunzip.ts";
import { logNormalized, mostVariable, submatrix, wellObserved } from "./cells.ts";
import { folderSource, isCountFolder, readCounts, type CountTable, type FileSource } from "./count-files.ts";
import type { MatrixDataset } from "./dataset.ts";
import { dataFolder, fetchFile, type RemoteFile } from "./download.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { tarEntries } from "./tar.ts";

/** Usual bounds for this set, and as many genes as Huizing et al. 2022 took before they added markers. */
const LEAST = { genesOfCell: 200, cellsOfGene: 20 };
const VARIABLE_GENES = 1000;

/** Blood cells as 10x Genomics publishes them: counts of all genes, no cell types. */
const PUBLISHED: RemoteFile = {
  path: "pbmc3k/pbmc3k_filtered_gene_bc_matrices.tar.gz",
  urls: [
    "https://cf.10xgenomics.com/samples/cell-exp/1.1.0/pbmc3k/pbmc3k_filtered_gene_bc_matrices.tar.gz",
    "https://cf.10xgenomics.com/samples/cell/pbmc3k/pbmc3k_filtered_gene_bc_matrices.tar.gz",
  ],
  mostBytes: 10e6,
  checksum: { algorithm: "sha256", hex: "847d6ebd9a1ec9a768f2be7e40ca42cbfe75ebeb6d76a4c24167041699dc28b5" },
};

/** Peripheral blood mononuclear cells (10x Genomics, CC BY 4.0). */
export const pbmc3k = cellDataset("pbmc3k", PUBLISHED);

/**
 * A data set of single cells: counts in the folder `<data folder>/<name>` where a person has put them (see `readCounts`; only
 * these can have cell types and markers), else the published archive, of which well observed cells and the most variable
 * genes are taken. Values are log(1 + 1e4 count / total of the cell).
 */
export function cellDataset(name: string, published: RemoteFile): DatasetEntry {
  return {
    description: "2700 blood cells, the 1000 genes that vary most (8 MB); with your own annotation in its folder, that",
    load: (options) => load(name, published, options),
  };
}

/** Counts in a person's folder as a data set, log-normalised. Throws InputError. */
export async function loadCounts(folder: string): Promise<MatrixDataset> {
  const table = await readCounts(folderSource(folder), folder);
  return datasetOf(basename(folder), table);
}

async function load(name: string, published: RemoteFile, options: DatasetOptions): Promise<MatrixDataset> {
  const folder = join(options.folder ?? dataFolder(), name);
  if (isCountFolder(folder)) return { ...(await loadCounts(folder)), name };
  const archive = gunzip(await fetchFile(published, options), published.path);
  return variableGenes(
    datasetOf(name, observedPart(await readCounts(tarSource(archive, published.path), published.path))),
  );
}

/** The files of a tar archive by the last part of their path; nothing is written. */
function tarSource(archive: Uint8Array, name: string): FileSource {
  const entries = [...tarEntries(archive, name)];
  return (file) => {
    const found = entries.find((entry) => basename(entry.name) === file);
    return found && [found.data];
  };
}

function observedPart(table: CountTable): CountTable {
  const { cells, genes } = wellObserved(table.counts, LEAST);
  return {
    counts: submatrix(table.counts, cells, genes),
    cells: cells.map((cell) => table.cells[cell]),
    genes: genes.map((gene) => table.genes[gene]),
  };
}

function datasetOf(name: string, { counts, cells, genes, cellTypes, markerOf }: CountTable): MatrixDataset {
  return {
    kind: "matrix",
    name,
    values: logNormalized(counts),
    names: cells,
    features: genes,
    ...(cellTypes && { labels: cellTypes }),
    ...(markerOf && { featureLabels: markerOf }),
  };
}

function variableGenes(dataset: MatrixDataset): MatrixDataset {
  const genes = mostVariable(dataset.values, VARIABLE_GENES);
  return {
    ...dataset,
    values: submatrix(dataset.values, Array.from(dataset.names.keys()), genes),
    features: genes.map((gene) => dataset.features[gene]),
  };
}
