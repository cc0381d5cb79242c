import { CATEGORICAL, NEUTRAL } from "./palette.ts";

/** How the points of a class are drawn. */
export interface ClassLook {
  readonly color: string;
  /** Vega's name of the symbol. */
  readonly shape: string;
}

const SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"] as const;

/** Area of a mark for few points, in square pixels; that of many shrinks so that they cover about the same. */
const LARGEST_MARK = 60;
const MARKS_AT_LARGEST = 300;
const SMALLEST_MARK = 6;

/** Area of each of some marks, in square pixels. */
export function markSize(count: number): number {
  return Math.max(SMALLEST_MARK, Math.min(LARGEST_MARK, (LARGEST_MARK * MARKS_AT_LARGEST) / count));
}

/** Of points without a class among others that have one. */
export const CLASSLESS: ClassLook = { color: NEUTRAL, shape: SHAPES[0] };

/** The classes in their order, each with its look. Colours start again with another shape after the sixth class. */
export function classLooks(labels: readonly (string | null | undefined)[]): ReadonlyMap<string, ClassLook> {
  const classes = [...new Set(labels)].filter((label) => label !== undefined && label !== null).sort();
  const looks = classes.map((name, index): readonly [string, ClassLook] => {
    const shape = SHAPES[Math.floor(index / CATEGORICAL.length) % SHAPES.length];
    return [name, { color: CATEGORICAL[index % CATEGORICAL.length], shape }];
  });
  return new Map(looks);
}
