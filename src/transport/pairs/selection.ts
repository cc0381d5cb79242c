import { InputError } from "../../errors.ts";
import type { PairSelection } from "./engine.ts";

/** How many pairs. */
export function sizeOfSelection(which: PairSelection): number {
  return which instanceof Int32Array ? which.length : which.to - which.from;
}

/** The pair at a position. */
export function selectedPair(which: PairSelection, position: number): number {
  return which instanceof Int32Array ? which[position] : which.from + position;
}

/** Positions [start, end) of a selection. */
export function partOf(which: PairSelection, start: number, end: number): PairSelection {
  if (which instanceof Int32Array) return which.subarray(start, end);
  return { from: which.from + start, to: which.from + end };
}

/** The numbers themselves. */
export function pairsOf(which: PairSelection): Int32Array {
  if (which instanceof Int32Array) return which;
  return Int32Array.from({ length: which.to - which.from }, (_, position) => which.from + position);
}

/** Throws InputError unless it is a range within `count` pairs, or a list of such numbers, each once. */
export function checkSelection(which: PairSelection, count: number): void {
  if (!(which instanceof Int32Array)) {
    const { from, to } = which;
    const fits = Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= count;
    if (!fits) throw new InputError(`pairs: expected a range within 0 to ${count}, got ${from} to ${to}`);
    return;
  }
  let ascending = true;
  for (let k = 0, before = -1; k < which.length; before = which[k++]) {
    if (!(which[k] >= 0 && which[k] < count)) {
      throw new InputError(`pairs: expected numbers below ${count}, got ${which[k]} at ${k}`);
    }
    if (which[k] <= before) ascending = false;
  }
  if (ascending || new Set(which).size === which.length) return;
  const twice = which.find((pair, k) => which.indexOf(pair) < k);
  throw new InputError(`pairs: expected each number once, got ${twice} again`);
}

/** Ends of pieces of a selection of about equal work. */
export function* piecesOf(which: PairSelection, workOf: (pair: number) => number, most: number): Generator<number> {
  const size = sizeOfSelection(which);
  let work = 0;
  for (let position = 0; position < size; position++) {
    work += workOf(selectedPair(which, position));
    if (work < most && position + 1 < size) continue;
    yield position + 1;
    work = 0;
  }
}
