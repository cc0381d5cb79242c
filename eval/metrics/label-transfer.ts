import { InputError } from "../../src/errors.ts";
import { rowOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { checkedDistances } from "./alignment.ts";
import type { Labels } from "./clustering.ts";

/** Shares in [0, 1] of labels that nearest neighbours of the other set get right. */
export interface LabelTransfer {
  /** The classes of Y, told from those of X. */
  readonly xToY: number;
  readonly yToX: number;
}

/** Neighbours that vote, as in Beier et al. 2025 (section 6.2) and its predecessors. */
const LABEL_NEIGHBORS = 5;

/**
 * How well classes carry over between two aligned sets, from distances [n, m] between x_i and y_j: each labelled sample gets the
 * class of most of its nearest labelled samples in the other set. Of classes with equally many votes the nearest one wins, of
 * equally near ones the first by name. Samples as far as the last neighbour share the votes that are left, so that the order of
 * the samples does not count. Undefined labels take no part.
 *
 * @param subset the samples whose classes are told (those of a test set), by their indices in either set; all may vote. @default all
 * @throws InputError where labels do not fit the distances, or no sample of a set (of the subset) has one
 */
export function labelTransfer(
  distances: NdArray,
  labelsX: Labels,
  labelsY: Labels,
  neighbors: number = LABEL_NEIGHBORS,
  subset: { readonly x?: readonly number[] | undefined; readonly y?: readonly number[] | undefined } = {},
): LabelTransfer {
  const told = labelsTold(distances, labelsX, labelsY, neighbors);
  return { xToY: meanOf(told.xToY, subset.y), yToX: meanOf(told.yToX, subset.x) };
}

/** For every y_j [m] and x_i [n] whether its class is told right: 1, 0, or NaN where it has none. */
export function labelsTold(
  distances: NdArray,
  labelsX: Labels,
  labelsY: Labels,
  neighbors: number = LABEL_NEIGHBORS,
): { readonly xToY: Float64Array; readonly yToX: Float64Array } {
  const { data, rows, columns } = checkedDistances("label transfer", distances);
  if (labelsX.length !== rows || labelsY.length !== columns) {
    throw new InputError(
      `label transfer: expected ${rows} and ${columns} labels, got ${labelsX.length} and ${labelsY.length}`,
    );
  }
  if (!(Number.isInteger(neighbors) && neighbors > 0)) {
    throw new InputError(`label transfer: expected a positive number of neighbours, got ${neighbors}`);
  }
  const columnOf = (column: number) => {
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) values[row] = data[row * columns + column];
    return values;
  };
  return {
    xToY: told(columnOf, labelsX, labelsY, neighbors),
    yToX: told((row) => rowOf(data, columns, row), labelsY, labelsX, neighbors),
  };
}

/** Which of the `labels` the voters tell; `distancesOf` gives a sample's distances from all voters. */
function told(
  distancesOf: (sample: number) => Float64Array,
  voters: Labels,
  labels: Labels,
  neighbors: number,
): Float64Array {
  const voting = voters.flatMap((label, column) => (label === undefined ? [] : [column]));
  return Float64Array.from(labels, (label, sample) => {
    if (label === undefined || voting.length === 0) return NaN;
    return vote(distancesOf(sample), voters, voting, neighbors) === label ? 1 : 0;
  });
}

/** Over those that are numbers. */
function meanOf(told: Float64Array, subset: readonly number[] = Array.from(told.keys())): number {
  const asked = subset.map((sample) => told[sample]).filter((value) => !Number.isNaN(value));
  if (asked.length > 0) return asked.reduce((sum, value) => sum + value, 0) / asked.length;
  throw new InputError("label transfer: expected labelled samples in both sets, got none in one of them");
}

function vote(distances: Float64Array, labels: Labels, voting: readonly number[], neighbors: number): string {
  const count = Math.min(neighbors, voting.length);
  const last = smallest(distances, voting, count);
  const [nearer, equal]: [number[], number[]] = [[], []];
  for (const column of voting) {
    if (distances[column] < last) nearer.push(column);
    else if (distances[column] === last) equal.push(column);
  }
  const left = count - nearer.length; // votes that those at the last distance share

  const tally = new Map<string, { votes: number; nearest: number }>();
  const cast = (column: number, votes: number) => {
    const name = labels[column]!;
    const before = tally.get(name) ?? { votes: 0, nearest: Infinity };
    tally.set(name, { votes: before.votes + votes, nearest: Math.min(before.nearest, distances[column]) });
  };
  // in whole numbers, so that equal votes are equal
  for (const column of nearer) cast(column, equal.length);
  for (const column of equal) cast(column, left);
  const [[winner]] = [...tally].sort(
    ([nameA, a], [nameB, b]) => b.votes - a.votes || a.nearest - b.nearest || (nameA < nameB ? -1 : 1),
  );
  return winner;
}

/** The `count`-th smallest of some entries. */
function smallest(values: Float64Array, columns: readonly number[], count: number): number {
  const least = new Float64Array(count).fill(Infinity); // sorted
  for (const column of columns) {
    const value = values[column];
    if (!(value < least[count - 1])) continue;
    let at = count - 1;
    for (; at > 0 && least[at - 1] > value; at--) least[at] = least[at - 1];
    least[at] = value;
  }
  return least[count - 1];
}
