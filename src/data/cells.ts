import { ndarray, type NdArray } from "../tensor/ndarray.ts";

/** Counts a cell after normalisation, as is usual for single cells. */
const COUNTS_PER_CELL = 1e4;

/** Counts [cells, genes] to log(1 + 1e4 count / total of the cell). Cells without counts stay zero. */
export function logNormalized({ data, shape }: NdArray<Float64Array>): NdArray<Float64Array> {
  const [cells, genes] = shape;
  const values = new Float64Array(data.length);
  for (let cell = 0; cell < cells; cell++) {
    const counts = data.subarray(cell * genes, (cell + 1) * genes);
    const factor = COUNTS_PER_CELL / (counts.reduce((sum, count) => sum + count, 0) || 1);
    for (let gene = 0; gene < genes; gene++) values[cell * genes + gene] = Math.log1p(factor * counts[gene]);
  }
  return ndarray(values, shape);
}

/** Cells with at least so many genes, and genes seen in at least so many of these cells, in their order. */
export function wellObserved(
  { data, shape: [cells, genes] }: NdArray<Float64Array>,
  least: { readonly genesOfCell: number; readonly cellsOfGene: number },
): { readonly cells: number[]; readonly genes: number[] } {
  const keptCells: number[] = [];
  const seenIn = new Int32Array(genes);
  for (let cell = 0; cell < cells; cell++) {
    const counts = data.subarray(cell * genes, (cell + 1) * genes);
    const observed = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    if (observed < least.genesOfCell) continue;
    keptCells.push(cell);
    for (let gene = 0; gene < genes; gene++) if (counts[gene] > 0) seenIn[gene]++;
  }
  const keptGenes = Array.from(seenIn.keys()).filter((gene) => seenIn[gene] >= least.cellsOfGene);
  return { cells: keptCells, genes: keptGenes };
}

/** Variance of each column of values [n, m] >= 0; -1 for a column of zeros. */
function columnVariances({ data, shape: [rows, columns] }: NdArray<Float64Array>): Float64Array {
  const means = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) means[at % columns] += data[at] / rows;
  const variances = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) variances[at % columns] += (data[at] - means[at % columns]) ** 2 / rows;
  return variances.map((variance, column) => (means[column] > 0 ? variance : -1));
}

/** The columns of largest variance, in their order; at most `wanted`, and none of zeros. Of equals the first ones. */
export function mostVariable(values: NdArray<Float64Array>, wanted: number): number[] {
  const variances = columnVariances(values);
  return Array.from(variances.keys())
    .filter((column) => variances[column] >= 0)
    .sort((a, b) => variances[b] - variances[a] || a - b)
    .slice(0, wanted)
    .sort((a, b) => a - b);
}

/** Some rows and columns of a matrix [n, m]. */
export function submatrix(
  { data, shape: [, width] }: NdArray<Float64Array>,
  rows: readonly number[],
  columns: readonly number[],
): NdArray<Float64Array> {
  const values = new Float64Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) for (const column of columns) values[at++] = data[row * width + column];
  return ndarray(values, [rows.length, columns.length]);
}
