import { InputError } from "../../src/errors.ts";
import type { NdArray, Numbers } from "../../src/tensor/ndarray.ts";
import type { Labels } from "../metrics/clustering.ts";
import { CATEGORICAL, INK, NEUTRAL } from "./palette.ts";

/** One of the sets that a picture shows together. */
export interface PointSet {
  readonly name: string;
  /** [n, 2] or [n, 3] */
  readonly points: NdArray;
  /** [n], shown as areas on a scale that all sets share. @default all the same */
  readonly masses?: Numbers | undefined;
  /** [n] classes, undefined for none. @default none has one */
  readonly labels?: Labels | undefined;
  /** [n], for a page to show on hover. @default the points' numbers from 0 */
  readonly names?: readonly string[] | undefined;
}

/** How a point is drawn. */
export interface Mark {
  /** Index of the set, and of the point in it. */
  readonly set: number;
  readonly point: number;
  readonly color: string;
  readonly shape: string;
  /** Of the inside: 0 for an outline. */
  readonly fill: number;
  /** Square pixels. */
  readonly size: number;
}

/** A symbol and what it stands for. */
export type LegendEntry = Pick<Mark, "color" | "shape" | "fill"> & { readonly text: string };

/** Sets side by side, as the reader tells them apart without colour. */
const SHAPES = ["circle", "triangle-up", "square", "diamond"] as const;
/** Area of a mark for few points; that of many shrinks so that they cover about the same. */
const LARGEST_MARK = 60;
const MARKS_AT_LARGEST = 300;
/** Diameter of the heaviest mark, as a multiple of the distance of points that fill a square evenly. */
const HEAVIEST = 1.3;
/** Masses of less than this share of the largest would be smaller than anybody sees. */
const LEAST_SHARE = 1 / 500;

/**
 * The marks of all points that can be seen, set by set, for a picture of `side` pixels. Where there are classes, these are colours
 * and the sets are shapes; else the sets are colours. After six classes the colours start again as outlines. Points without a
 * class are gray.
 *
 * @throws InputError where masses, labels or names are not one a point, a mass is negative, or no set has a mass
 */
export function marksOf(sets: readonly PointSet[], side: number): Mark[] {
  const classes = classesOf(sets);
  const largest = sets.reduce((most, { masses }) => Math.max(most, ...(masses ? [maximum(masses)] : [])), 0);
  const total = sets.reduce((sum, { points }) => sum + points.shape[0], 0);
  const equal = Math.max(8, Math.min(LARGEST_MARK, (LARGEST_MARK * MARKS_AT_LARGEST) / total));
  return sets.flatMap(({ name, points, masses, labels, names }, set) => {
    const [count] = points.shape;
    checkLengths(name, count, { masses, labels, names });
    const heaviest = Math.min(300, (HEAVIEST * side) ** 2 / count);
    return Array.from({ length: count }, (_, point): Mark => {
      const share = masses ? masses[point] / largest : 1;
      const size = share < LEAST_SHARE ? 0 : masses ? heaviest * share : equal;
      return { set, point, size, ...lookOf(classes, set, labels?.[point]) };
    }).filter(({ size }) => size > 0);
  });
}

/** What the colours and shapes mean; nothing where there is one set without classes. */
export function legendOf(sets: readonly PointSet[]): LegendEntry[] {
  const classes = classesOf(sets);
  const bySet = sets.map(({ name }, set) => {
    const look = lookOf(classes, set, undefined);
    return { ...look, ...(classes.length > 0 && { color: INK }), text: name };
  });
  const byClass = classes.map((text) => ({ ...lookOf(classes, 0, text), shape: SHAPES[0], text }));
  return [...byClass, ...(sets.length > 1 ? bySet : [])];
}

/** The classes alone, where panels name the sets. */
export function classLegendOf(sets: readonly PointSet[]): LegendEntry[] {
  return legendOf(sets).slice(0, classesOf(sets).length);
}

/** Throws InputError unless the points are [n, dimension] and finite. */
export function checkPoints(name: string, { shape, data }: NdArray, dimension: number): void {
  if (shape.length !== 2 || shape[1] !== dimension || shape[0] === 0) {
    throw new InputError(`picture of ${name}: expected points [n, ${dimension}], got [${shape.join(", ")}]`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(
      `picture of ${name}: expected finite points, got ${data[bad]} in row ${Math.floor(bad / dimension)}`,
    );
}

/** The classes of all sets, in the order of their colours. */
export function classesOf(sets: readonly PointSet[]): string[] {
  return [...new Set(sets.flatMap(({ labels }) => labels ?? []).filter((label) => label !== undefined))].sort();
}

function lookOf(classes: readonly string[], set: number, label: string | undefined) {
  if (classes.length === 0) return { color: CATEGORICAL[set % CATEGORICAL.length], shape: SHAPES[0], fill: 1 };
  const index = label === undefined ? -1 : classes.indexOf(label);
  return {
    color: index < 0 ? NEUTRAL : CATEGORICAL[index % CATEGORICAL.length],
    shape: SHAPES[set % SHAPES.length],
    fill: index >= 0 && Math.floor(index / CATEGORICAL.length) % 2 === 1 ? 0 : 1,
  };
}

function checkLengths(name: string, count: number, lists: Pick<PointSet, "masses" | "labels" | "names">): void {
  const { masses } = lists;
  for (const [what, given] of Object.entries(lists)) {
    if (given && given.length !== count) {
      throw new InputError(`picture of ${name}: expected ${count} ${what}, one a point, got ${given.length}`);
    }
  }
  if (masses && !(maximum(masses) > 0 && Array.from(masses).every((mass) => mass >= 0 && mass < Infinity))) {
    throw new InputError(`picture of ${name}: expected masses >= 0, one of them positive, got others`);
  }
}

function maximum(values: Numbers): number {
  let most = -Infinity;
  for (let index = 0; index < values.length; index++) if (values[index] > most) most = values[index];
  return most;
}
