import { InputError } from "../errors.ts";
import { isNumber } from "./number-text.ts";

/** What tables have in place of a number that is not known, in lower case. */
const MISSING = new Set([
  "",
  "na",
  "n/a",
  "#n/a",
  "<na>",
  "nan",
  "-nan",
  "null",
  "none",
  "inf",
  "-inf",
  "infinity",
  "-infinity",
]);

/** What is known of a table when its names are looked for. */
export interface TableEdges {
  /** The first row. */
  readonly first: readonly string[];
  /** The second row; undefined where there is none. */
  readonly second?: readonly string[];
  /** All cells of the first row are in quotes, not all of the second. */
  readonly quotedFirst: boolean;
  /** First cells of the rows after the first one. */
  readonly below: readonly string[];
}

export interface FoundNames {
  readonly hasHeader: boolean;
  readonly hasRowNames: boolean;
  /** The header has no cell above the row names. */
  readonly cornerless: boolean;
}

/**
 * Which parts of a table are names. A cell is a number, missing (empty, NA, NaN, ... or infinite), or else a name.
 *
 * The first row is a **header** where, after its first cell,
 *
 * - there is a name and no number (`cell,CD4,CD8`; not `5,NA,NA`), or any name behind an empty corner;
 * - the corner is empty and the rest counts 0, 1, 2, ... or 1, 2, 3, ..., or the cells below the corner are names or do that
 *   (pandas and R: `,2019,2020`);
 * - it is one cell shorter than the second row and has no number (R's `write.table`);
 * - all its cells are in quotes and not all of the second row (R).
 *
 * The first column holds **row names** under an empty or missing corner, or where some of it are names and none a number. Numbers
 * under a named corner are values.
 *
 * Numbers that may be names of columns are refused: behind an empty corner otherwise; behind a name, where they are whole and
 * increase and the cells below are names (`cell,10,20`); 0, 1, 2, ... without a corner (pandas without its index), unless the
 * second row counts on.
 *
 * @param header decides instead, where it is given
 * @throws InputError for a first row that can be read both ways
 */
export function findNames(edges: TableEdges, name: string, header?: boolean): FoundNames {
  const { first, second, quotedFirst } = edges;
  const oneShorter = second !== undefined && first.length === second.length - 1;
  const cornerless = oneShorter && header !== false && (header === true || quotedFirst || !first.some(isNumber));
  const hasHeader = header ?? (cornerless || quotedFirst || isHeader(edges, name));
  const below = hasHeader ? edges.below : [first[0], ...edges.below];
  const width = second?.length ?? first.length;
  const emptyCorner = hasHeader && first.length > 1 && first[0] === "";
  return { hasHeader, cornerless, hasRowNames: cornerless || emptyCorner || (width > 1 && areNames(below)) };
}

function isHeader({ first, second, below }: TableEdges, name: string): boolean {
  const [corner] = first;
  const rest = first.length > 1 ? first.slice(1) : first;
  const emptyCorner = first.length > 1 && corner === "";
  if (rest.some(isName)) return emptyCorner || !rest.some(isNumber);
  if (first.length === 1 || below.length === 0 || !rest.every(isNumber)) return false;
  if (emptyCorner) {
    if (counts(rest, 2) || areNames(below) || counts(below, 1)) return true;
    throw ambiguous(name, first, "a first value is missing");
  }
  if (isName(corner) && areNames(below) && increases(rest)) throw ambiguous(name, first, `a row named ${corner}`);
  const countsOn = second?.[0] === String(first.length);
  if (counts(first, 3) && corner === "0" && !countsOn) throw ambiguous(name, first, "a row of values");
  return false;
}

function ambiguous(name: string, first: readonly string[], otherwise: string): InputError {
  const shown = first.slice(0, 4).join(", ") + (first.length > 4 ? ", ..." : "");
  return new InputError(
    `${name}: the first row (${shown}) may be a header of numbers or not (${otherwise}); write a header of names with ` +
      "letters, above it or in its place",
  );
}

function isMissing(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}

function isName(cell: string): boolean {
  return !isMissing(cell) && !isNumber(cell);
}

/** Some names and no number. */
function areNames(cells: readonly string[]): boolean {
  return cells.some(isName) && !cells.some(isNumber);
}

/** 0, 1, 2, ... or 1, 2, 3, ..., at least so many. */
function counts(cells: readonly string[], least: number): boolean {
  const from = cells[0] === "0" ? 0 : 1;
  return cells.length >= least && cells.every((cell, index) => cell === String(from + index));
}

/** At least two whole numbers, each larger than the one before. */
function increases(cells: readonly string[]): boolean {
  const numbers = cells.map(Number);
  return cells.length > 1 && numbers.every((x, at) => Number.isInteger(x) && (at === 0 || x > numbers[at - 1]));
}
