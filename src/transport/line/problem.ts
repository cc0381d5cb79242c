import { InputError } from "../../errors.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import { checkMasses, checkTotals } from "../histograms.ts";
import { requireThat } from "../sinkhorn/options.ts";
import { ascendingOrder } from "./order.ts";
import { equalUpTo, upTo, type SortedPair } from "./staircase.ts";

/** Masses of points x [n] and y [m], and the power of their distance that is the cost. */
export interface LineOptions {
  /** [n], of any positive total. @default equal masses, of the total of b or 1 */
  readonly a?: Numbers | undefined;
  /** [m], of the same total. @default equal masses, of the total of a or 1 */
  readonly b?: Numbers | undefined;
  /** The cost is |x - y|^p, p >= 1. @default 1 */
  readonly p?: number | undefined;
}

/** Masses in float64 that have been checked; undefined where they are equal. */
export interface LineMasses {
  readonly a: Float64Array | undefined;
  readonly b: Float64Array | undefined;
  readonly total: number;
}

/** Two sets of points in ascending order, and where each came from. */
export interface LineProblem extends SortedPair {
  /** The index of each sorted point, [n] and [m]. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** Throws OptionError unless it is a finite number >= 1. */
export function checkPower(p: number): void {
  requireThat(typeof p === "number" && p >= 1 && p < Infinity, "p", "a finite number >= 1", p);
}

/** Finite coordinates in float64. Throws InputError. */
export function coordinatesOf(given: Numbers, name: string): Float64Array {
  const values = float64Of(given, name);
  if (values.length === 0) throw new InputError(`${name}: expected at least one point, got none`);
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      throw new InputError(`${name}: expected finite coordinates, got ${values[at]} at index ${at}`);
    }
  }
  return values;
}

/** Throws InputError for masses that do not fit so many points, or each other. */
export function lineMasses({ a, b }: LineOptions, n: number, m: number): LineMasses {
  const [first, second] = [
    a === undefined ? a : float64Of(a, "masses a"),
    b === undefined ? b : float64Of(b, "masses b"),
  ];
  const totalA = first && checkMasses(first, n, "a");
  const totalB = second && checkMasses(second, m, "b");
  if (totalA !== undefined && totalB !== undefined) checkTotals(totalA, totalB);
  return { a: first, b: second, total: totalA ?? totalB ?? 1 };
}

/** What the cost of the monotone plan needs: without masses a sort of the numbers will do. */
export function sortedPair(x: Float64Array, y: Float64Array, { a, b, total }: LineMasses): SortedPair {
  const [first, second] = [sortedSide(x, a, total), sortedSide(y, b, total)];
  const alike = !a && !b && x.length === y.length;
  return { x: first.points, y: second.points, upToX: first.upTo, upToY: alike ? first.upTo : second.upTo };
}

export function lineProblem(x: Float64Array, y: Float64Array, { a, b, total }: LineMasses): LineProblem {
  const [rows, columns] = [ascendingOrder(x), ascendingOrder(y)];
  return {
    rows,
    columns,
    x: gathered(x, rows),
    y: gathered(y, columns),
    upToX: upTo(a, rows, total),
    upToY: upTo(b, columns, total),
  };
}

function sortedSide(points: Float64Array, masses: Float64Array | undefined, total: number) {
  if (!masses) return { points: points.slice().sort(), upTo: equalUpTo(points.length, total) };
  const order = ascendingOrder(points);
  return { points: gathered(points, order), upTo: upTo(masses, order, total) };
}

/** |difference|^p */
export function powerCost(p: number): (difference: number) => number {
  if (p === 1) return Math.abs;
  if (p === 2) return (difference) => difference * difference;
  return (difference) => Math.abs(difference) ** p;
}

/** Its derivative; 0 at 0. */
export function powerSlope(p: number): (difference: number) => number {
  if (p === 1) return Math.sign;
  if (p === 2) return (difference) => 2 * difference;
  return (difference) => p * Math.sign(difference) * Math.abs(difference) ** (p - 1);
}

function gathered(values: Float64Array, order: Int32Array): Float64Array {
  const sorted = new Float64Array(values.length);
  for (let at = 0; at < order.length; at++) sorted[at] = values[order[at]];
  return sorted;
}
